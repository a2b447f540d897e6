//! Circulation, heart and oxygen.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::Findings as _;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        mean_pressure(),
        shock_index(),
        corrected_qt(),
        ejection(),
        output(),
        cardiac_index(),
        power(),
        alveolar_gradient(),
        oxygenation(),
        oxygen_content(),
        oxygen_delivery(),
    ]
}

fn mean_pressure() -> NativeTool {
    // Usual one-third rule: diastolic pressure plus a third of the pulse pressure.
    let text = "Mean arterial pressure (one-third rule) and pulse pressure from systolic and diastolic pressure.";
    native("medical.circulation.mean_arterial_pressure", Processing, text)
        .systolic()
        .diastolic()
        .field("mean_mmhg", "level:blood_pressure.mean[mmHg]", "mean arterial pressure")
        .field("pulse_mmhg", "level:blood_pressure.pulse[mmHg]", "pulse pressure")
        .tail("for {systolic_mmhg} and {diastolic_mmhg}")
        .example(json!({"systolic_mmhg": 120, "diastolic_mmhg": 75}), "/mean_mmhg", 90.0)
        .example(json!({"systolic_mmhg": 150, "diastolic_mmhg": 90}), "/pulse_mmhg", 60.0)
        .example_error(json!({"systolic_mmhg": 80, "diastolic_mmhg": 90}))
        .run(|systolic: f64, diastolic: f64| {
            if diastolic > systolic {
                return Err(ToolError::bad("The diastolic pressure must not exceed the systolic pressure."));
            }
            let pulse = systolic - diastolic;
            Ok(json!({"mean_mmhg": diastolic + pulse / 3.0, "pulse_mmhg": pulse}))
        })
}

fn shock_index() -> NativeTool {
    // Allgöwer & Burri, Dtsch Med Wochenschr 1967;92:1947.
    native("medical.circulation.shock_index", Processing, "Shock index: heart rate over systolic blood pressure.")
        .param("heart_rate_bpm", "level:heart_rate.pulse[beats/min]", "Heart rate in beats per minute.")
        .label("heart rate")
        .range(20.0, 300.0)
        .sample(48.0, 144.0, 2.0)
        .systolic()
        .field("shock_index", "level:shock_index", "shock index")
        .plural("shock indices")
        .tail("for {heart_rate_bpm} and {systolic_mmhg}")
        .example(json!({"heart_rate_bpm": 120, "systolic_mmhg": 80}), "/shock_index", 1.5)
        .example(json!({"heart_rate_bpm": 60, "systolic_mmhg": 120}), "/shock_index", 0.5)
        .run(|rate: f64, systolic: f64| Ok(json!({"shock_index": rate / systolic})))
}

fn corrected_qt() -> NativeTool {
    // Bazett, Heart 1920;7:353 (square root of RR); Fridericia, Acta Med Scand 1920;53:469 (cube root); Sagie et al.
    // (Framingham), Am J Cardiol 1992;70:797; Hodges et al., J Am Coll Cardiol 1983;1:694.
    native("medical.circulation.corrected_qt_interval", Processing, "QT interval corrected for heart rate.")
        .param("qt_ms", "level:interval.qt[ms]", "QT interval in milliseconds.")
        .label("QT interval")
        .range(150.0, 900.0)
        .sample(320.0, 500.0, 4.0)
        .param(
            "heart_rate_bpm",
            "level:heart_rate.ecg[beats/min]",
            "Ventricular rate on the same electrocardiogram, per minute.",
        )
        .label("ventricular rate")
        .range(20.0, 300.0)
        .sample(48.0, 126.0, 2.0)
        .param("formula", "category:qt_formula", "Correction: bazett, fridericia, framingham or hodges.")
        .choices(&[
            ("bazett", "the Bazett formula"),
            ("fridericia", "the Fridericia formula"),
            ("framingham", "the Framingham formula"),
            ("hodges", "the Hodges formula"),
        ])
        .field("corrected_qt_ms", "level:interval.qtc[ms]", "corrected QT interval")
        .tail("by {formula} for {qt_ms} and {heart_rate_bpm}")
        .example(json!({"qt_ms": 400, "heart_rate_bpm": 75, "formula": "bazett"}), "/corrected_qt_ms", 447.213_6)
        .example(json!({"qt_ms": 400, "heart_rate_bpm": 75, "formula": "fridericia"}), "/corrected_qt_ms", 430.886_94)
        .example(json!({"qt_ms": 400, "heart_rate_bpm": 75, "formula": "hodges"}), "/corrected_qt_ms", 426.25)
        .run(|qt: f64, rate: f64, formula: String| {
            let rr = 60.0 / rate;
            let corrected = match formula.as_str() {
                "fridericia" => qt / libm::cbrt(rr),
                "framingham" => qt + 154.0 * (1.0 - rr),
                "hodges" => qt + 1.75 * (rate - 60.0),
                _ => qt / rr.sqrt(),
            };
            Ok(json!({"corrected_qt_ms": corrected}))
        })
}

fn ejection() -> NativeTool {
    // Definition: stroke volume is what leaves the ventricle, the fraction relates it to the filled ventricle.
    let text =
        "Stroke volume and ejection fraction of the left ventricle from its end-diastolic and end-systolic volume.";
    native("medical.circulation.left_ventricular_ejection", Processing, text)
        .param("end_diastolic_ml", "amount:volume.end_diastolic[mL]", "End-diastolic volume in millilitres.")
        .label("end-diastolic volume")
        .range(10.0, 600.0)
        .sample(90.0, 220.0, 5.0)
        .param("end_systolic_ml", "amount:volume.end_systolic[mL]", "End-systolic volume in millilitres.")
        .label("end-systolic volume")
        .range(1.0, 600.0)
        .sample(25.0, 85.0, 5.0)
        .field("stroke_volume_ml", "amount:volume.stroke[mL]", "stroke volume")
        .field("ejection_fraction", "level:share.ejection[%]", "left ventricular ejection fraction")
        .tail("for {end_diastolic_ml} and {end_systolic_ml}")
        .example(json!({"end_diastolic_ml": 120, "end_systolic_ml": 48}), "/ejection_fraction", 60.0)
        .example(json!({"end_diastolic_ml": 120, "end_systolic_ml": 48}), "/stroke_volume_ml", 72.0)
        .example_error(json!({"end_diastolic_ml": 50, "end_systolic_ml": 90}))
        .run(|diastolic: f64, systolic: f64| {
            if systolic > diastolic {
                return Err(ToolError::bad("The end-systolic volume must not exceed the end-diastolic volume."));
            }
            let stroke = diastolic - systolic;
            Ok(json!({"stroke_volume_ml": stroke, "ejection_fraction": 100.0 * stroke / diastolic}))
        })
}

fn output() -> NativeTool {
    // Definition: volume of a beat times beats per minute (Guyton & Hall, Textbook of Medical Physiology).
    native("medical.circulation.cardiac_output", Processing, "Cardiac output from stroke volume and heart rate.")
        .param("stroke_volume_ml", "amount:volume.stroke[mL]", "Stroke volume in millilitres.")
        .label("stroke volume")
        .range(5.0, 300.0)
        .sample(35.0, 120.0, 5.0)
        .param("heart_rate_bpm", "level:heart_rate.echo[beats/min]", "Heart rate in beats per minute.")
        .label("heart rate")
        .range(20.0, 300.0)
        .sample(48.0, 126.0, 2.0)
        .field("output_l_min", "amount:flow.cardiac_output[L/min]", "cardiac output")
        .tail("for {stroke_volume_ml} and {heart_rate_bpm}")
        .example(json!({"stroke_volume_ml": 70, "heart_rate_bpm": 70}), "/output_l_min", 4.9)
        .example(json!({"stroke_volume_ml": 50, "heart_rate_bpm": 100}), "/output_l_min", 5.0)
        .run(|stroke: f64, rate: f64| Ok(json!({"output_l_min": stroke * rate / 1000.0})))
}

fn cardiac_index() -> NativeTool {
    // Definition: output for each square metre of body surface (Guyton & Hall, Textbook of Medical Physiology).
    native("medical.circulation.cardiac_index", Processing, "Cardiac index: cardiac output over body surface area.")
        .param("output_l_min", "amount:flow.cardiac_output[L/min]", "Cardiac output in litres per minute.")
        .label("cardiac output")
        .range(0.5, 30.0)
        .sample(2.6, 8.6, 0.1)
        .param("area_m2", "amount:area.body_surface[m2]", "Body surface area in square metres.")
        .label("body surface area")
        .range(0.1, 4.0)
        .sample(1.4, 2.4, 0.05)
        .field("index", "level:cardiac_index[L/min/m2]", "cardiac index")
        .plural("cardiac indices")
        .tail("for {output_l_min} and {area_m2}")
        .example(json!({"output_l_min": 5.0, "area_m2": 2.0}), "/index", 2.5)
        .example(json!({"output_l_min": 3.6, "area_m2": 1.6}), "/index", 2.25)
        .run(|output: f64, area: f64| Ok(json!({"index": output / area})))
}

fn power() -> NativeTool {
    // Fincke et al., J Am Coll Cardiol 2004;44:340: mean pressure times output over 451, in watts.
    native("medical.circulation.cardiac_power_output", Processing, "Cardiac power output in watts.")
        .param("mean_pressure_mmhg", "level:blood_pressure.mean[mmHg]", "Mean arterial pressure in mmHg.")
        .label("mean arterial pressure")
        .range(20.0, 220.0)
        .sample(56.0, 124.0, 2.0)
        .param("output_l_min", "amount:flow.cardiac_output[L/min]", "Cardiac output in litres per minute.")
        .label("cardiac output")
        .range(0.5, 30.0)
        .sample(2.6, 8.6, 0.1)
        .field("power_w", "amount:power.cardiac[W]", "cardiac power output")
        .tail("for {mean_pressure_mmhg} and {output_l_min}")
        .example(json!({"mean_pressure_mmhg": 90.2, "output_l_min": 5}), "/power_w", 1.0)
        .example(json!({"mean_pressure_mmhg": 60, "output_l_min": 3}), "/power_w", 180.0 / 451.0)
        .run(|pressure: f64, output: f64| Ok(json!({"power_w": pressure * output / 451.0})))
}

fn alveolar_gradient() -> NativeTool {
    // Alveolar gas equation at 760 mmHg, water vapour 47 mmHg, respiratory quotient 0.8.
    let text = "Alveolar oxygen pressure and alveolar-arterial gradient at sea level (respiratory quotient 0.8).";
    native("medical.circulation.alveolar_arterial_gradient", Processing, text)
        .param("oxygen_mmhg", "level:gas_pressure.arterial_oxygen[mmHg]", "Arterial oxygen pressure in mmHg.")
        .label("arterial oxygen pressure")
        .range(15.0, 680.0)
        .sample(52.0, 96.0, 2.0)
        .param(
            "carbon_dioxide_mmhg",
            "level:gas_pressure.arterial_carbon_dioxide[mmHg]",
            "Arterial carbon dioxide pressure in mmHg.",
        )
        .label("arterial carbon dioxide pressure")
        .range(8.0, 150.0)
        .sample(26.0, 58.0, 2.0)
        .param("inspired_oxygen_percent", "level:inspired_oxygen[%]", "Inspired oxygen fraction in percent.")
        .label("inspired oxygen fraction")
        .range(21.0, 100.0)
        .sample_of([24, 28, 30, 35, 40, 50, 60])
        // No noun: it does not depend on the arterial oxygen pressure that the tail states.
        .field("alveolar_mmhg", "level:gas_pressure.alveolar_oxygen[mmHg]", "")
        .field("gradient_mmhg", "level:gas_pressure.alveolar_arterial[mmHg]", "alveolar-arterial oxygen gradient")
        .tail("for {oxygen_mmhg}, {carbon_dioxide_mmhg} and {inspired_oxygen_percent}")
        .example(
            json!({"oxygen_mmhg": 90, "carbon_dioxide_mmhg": 40, "inspired_oxygen_percent": 21}),
            "/gradient_mmhg",
            9.73,
        )
        .example(
            json!({"oxygen_mmhg": 90, "carbon_dioxide_mmhg": 40, "inspired_oxygen_percent": 21}),
            "/alveolar_mmhg",
            99.73,
        )
        .run(|oxygen: f64, carbon_dioxide: f64, inspired: f64| {
            let alveolar = inspired / 100.0 * (760.0 - 47.0) - carbon_dioxide / 0.8;
            Ok(json!({"alveolar_mmhg": alveolar, "gradient_mmhg": alveolar - oxygen}))
        })
}

fn oxygenation() -> NativeTool {
    // Horovitz, Carrico & Shires, Arch Surg 1974;108:349; classes of the Berlin definition, JAMA 2012;307:2526.
    let text = "Ratio of arterial oxygen pressure to inspired oxygen fraction and its class in the Berlin definition.";
    native("medical.circulation.oxygenation_ratio", Processing, text)
        .param("oxygen_mmhg", "level:gas_pressure.arterial_oxygen[mmHg]", "Arterial oxygen pressure in mmHg.")
        .label("arterial oxygen pressure")
        .range(15.0, 680.0)
        .sample(52.0, 160.0, 2.0)
        .param("inspired_oxygen_percent", "level:inspired_oxygen[%]", "Inspired oxygen fraction in percent.")
        .label("inspired oxygen fraction")
        .range(21.0, 100.0)
        .sample_of([24, 28, 30, 35, 40, 50, 60])
        .field("ratio_mmhg", "level:oxygenation_ratio[mmHg]", "oxygenation ratio")
        .field("class", "category:oxygenation_class", "Berlin ARDS class")
        .plural("Berlin ARDS classes")
        .tail("for {oxygen_mmhg} and {inspired_oxygen_percent}")
        .example(json!({"oxygen_mmhg": 80, "inspired_oxygen_percent": 40}), "/ratio_mmhg", 200.0)
        .example_equals(json!({"oxygen_mmhg": 60, "inspired_oxygen_percent": 80}), "/class", json!("severe"))
        .run(|oxygen: f64, inspired: f64| {
            let ratio = 100.0 * oxygen / inspired;
            let class = match ratio {
                x if x <= 100.0 => "severe",
                x if x <= 200.0 => "moderate",
                x if x <= 300.0 => "mild",
                _ => "above the ARDS range",
            };
            Ok(json!({"ratio_mmhg": ratio, "class": class}))
        })
}

fn oxygen_content() -> NativeTool {
    // Hüfner's constant 1.34 mL/g, solubility 0.0031 mL/dL/mmHg (West, Respiratory Physiology).
    native("medical.circulation.arterial_oxygen_content", Processing, "Oxygen content of arterial blood in mL/dL.")
        .param("haemoglobin_g_dl", "level:haemoglobin[g/dL]", "Haemoglobin in g/dL.")
        .label("haemoglobin")
        .range(1.0, 25.0)
        .sample(7.0, 17.5, 0.1)
        .param("saturation_percent", "level:oxygen_saturation[%]", "Oxygen saturation in percent.")
        .label("oxygen saturation")
        .range(20.0, 100.0)
        .sample(82.0, 99.0, 1.0)
        .param("oxygen_mmhg", "level:gas_pressure.arterial_oxygen[mmHg]", "Arterial oxygen pressure in mmHg.")
        .label("arterial oxygen pressure")
        .range(15.0, 680.0)
        .sample(52.0, 130.0, 2.0)
        .field("content_ml_dl", "level:oxygen_content[mL/dL]", "arterial oxygen content")
        .tail("for {haemoglobin_g_dl}, {saturation_percent} and {oxygen_mmhg}")
        .example(
            json!({"haemoglobin_g_dl": 15, "saturation_percent": 98, "oxygen_mmhg": 95}),
            "/content_ml_dl",
            19.9925,
        )
        .example(json!({"haemoglobin_g_dl": 10, "saturation_percent": 90, "oxygen_mmhg": 60}), "/content_ml_dl", 12.246)
        .run(|haemoglobin: f64, saturation: f64, oxygen: f64| {
            Ok(json!({"content_ml_dl": 1.34 * haemoglobin * saturation / 100.0 + 0.0031 * oxygen}))
        })
}

fn oxygen_delivery() -> NativeTool {
    // Definition: output times content; the factor 10 turns mL/dL into mL/L (West, Respiratory Physiology).
    native(
        "medical.circulation.oxygen_delivery",
        Processing,
        "Oxygen delivery: cardiac output times arterial oxygen content.",
    )
    .param("output_l_min", "amount:flow.cardiac_output[L/min]", "Cardiac output in litres per minute.")
    .label("cardiac output")
    .range(0.5, 30.0)
    .sample(2.6, 8.6, 0.1)
    .param("content_ml_dl", "level:oxygen_content[mL/dL]", "Arterial oxygen content in mL/dL.")
    .label("arterial oxygen content")
    .range(1.0, 40.0)
    .sample(9.0, 22.0, 0.5)
    .field("delivery_ml_min", "amount:flow.oxygen_delivery[mL/min]", "oxygen delivery")
    .plural("oxygen deliveries")
    .tail("for {output_l_min} and {content_ml_dl}")
    .example(json!({"output_l_min": 5, "content_ml_dl": 20}), "/delivery_ml_min", 1000.0)
    .example(json!({"output_l_min": 4.2, "content_ml_dl": 15}), "/delivery_ml_min", 630.0)
    .run(|output: f64, content: f64| Ok(json!({"delivery_ml_min": 10.0 * output * content})))
}
