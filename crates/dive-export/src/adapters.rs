//! What stands beside the rows, so that a trainer reads them without glue of the user's.
//!
//! Every folder has a README whose front matter names the data file: loaders of whole folders then take nothing else.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::error::ExportError;
use crate::source::Source;
use crate::{Encoding, Format, features};

/// Generated Python, under the licence of this program.
const VERL: &str = include_str!("../adapters/dive_verl.py");
const VERL_SFT: &str = include_str!("../adapters/dive_verl_sft.py");
const GYM_APP: &str = include_str!("../adapters/app.py");
const GYM_CONFIG: &str = include_str!("../adapters/dive.yaml");

pub fn write(source: &Source<'_>, format: Format, encoding: Encoding, dir: &Path) -> Result<(), ExportError> {
    let put = |name: &str, text: &str| {
        let path = dir.join(name);
        fs::write(&path, text).map_err(ExportError::io(&path))
    };
    let file = format!("train.{}", encoding.extension());
    match format {
        Format::SftSharegpt => put("dataset_info.json", &(pretty(&dataset_info(&file)) + "\n"))?,
        Format::RlVerl => {
            put("dive_verl.py", VERL)?;
            put("tools.json", &catalogue(source)?)?;
        }
        Format::Sft => put("dive_verl_sft.py", VERL_SFT)?,
        Format::RlNemoGym => {
            put("app.py", GYM_APP)?;
            put("dive.yaml", GYM_CONFIG)?;
            put("requirements.txt", "")?;
        }
        Format::Tasks | Format::Trajectories | Format::Hf => {}
    }
    let declared = features::declared(format, "default");
    let data = dir.join(&file);
    let version = features::version(&data).map_err(ExportError::io(&data))?;
    let head = format!(
        "---\nconfigs:\n- config_name: default\n  version: {version}\n  data_files: {file}\ndataset_info:\n{declared}---\n"
    );
    put("README.md", &format!("{head}\n# {}\n\n{}\n", format.name(), how(format, &file)))
}

/// How LLaMA-Factory finds the columns.
fn dataset_info(file: &str) -> Value {
    json!({"dive": {
        "file_name": file,
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system", "tools": "tools"},
        "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt",
                 "observation_tag": "observation", "function_tag": "function_call"},
    }})
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn catalogue(source: &Source<'_>) -> Result<String, ExportError> {
    let tools: Vec<String> = source.used_tools()?.iter().map(|t| t.to_string()).collect();
    Ok(format!("[\n{}\n]\n", tools.join(",\n")))
}

fn how(format: Format, file: &str) -> String {
    match format {
        Format::Tasks => {
            "One task a row. `dive import` reads it back; `docs/training.md` of DIVE explains the columns.".into()
        }
        Format::Trajectories => "One attempt at a task a row, with verdict and reward.".into(),
        Format::Sft => format!(
            "OpenAI messages with tools. `arguments` and `tools` are JSON text; `datasets` from 4.7 on decodes `arguments` when \
             it loads this folder, as the front matter says.\n\n\
             * TRL: `SFTTrainer` with `train_dataset=load_dataset(\"PATH OF THIS FOLDER\", split=\"train\")` and \
             `assistant_only_loss=True`.\n\
             * Axolotl: `type: chat_template`, `field_messages: messages`, `field_tools: tools`.\n\
             * verl: `data.train_files={file}`, `data.custom_cls.path=dive_verl_sft.py`, \
             `data.custom_cls.name=DiveSFTDataset` (it decodes `tools`, which verl itself does not)."
        ),
        Format::SftSharegpt => {
            "For LLaMA-Factory: `dataset_dir` is this folder, `dataset: dive`. Several results of one turn are \
            joined as the Qwen and Hermes templates write them."
                .into()
        }
        Format::RlVerl => format!(
            "verl: `data.train_files={file}`, `actor_rollout_ref.rollout.multi_turn.enable=True`, \
             `actor_rollout_ref.rollout.multi_turn.function_tool_path=dive_verl.py`, \
             `actor_rollout_ref.rollout.multi_turn.max_tool_response_length=16384` (its default cuts results at 256 \
             characters), `reward.custom_reward_function.path=dive_verl.py`, \
             `reward.custom_reward_function.name=compute_score`. Both call the server that `dive serve --gym RUN` starts; \
             `DIVE_URL` names it (default http://127.0.0.1:8787), `DIVE_TOKEN` holds its token if it has one. SkyRL reads \
             `prompt`, `env_class`, `reward_spec` and `extra_info` of the same rows."
        ),
        Format::RlNemoGym => format!(
            "NeMo Gym: copy this folder to `resources_servers/dive/`, set `run` in `dive.yaml`, and use `{file}` as data. \
             `app.py` starts `dive serve --gym`. verifiers: a settings file with `[env.taskset]`, \
             `id = \"nemo-gym\"`, `dataset = \"{file}\"` and `[env.taskset.task]`, \
             `resources_url = \"http://127.0.0.1:8787\"`, with a server that is running."
        ),
        Format::Hf => String::new(),
    }
}
