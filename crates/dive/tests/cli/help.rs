use crate::Place;

#[test]
fn every_command_explains_itself() {
    let place = Place::new();
    let commands = [
        "",
        "run",
        "synth",
        "verify",
        "merge",
        "show",
        "solve",
        "select",
        "export",
        "import",
        "split",
        "decontaminate",
        "serve",
        "tools",
        "tools list",
        "tools show",
        "tools call",
        "tools check",
        "pool graph",
        "stats",
        "diff",
        "report",
        "view",
    ];
    for command in commands {
        let output = place.dive(&format!("{command} --help"));
        assert!(output.status.success(), "{command}");
        let name = format!("help {command}").trim().replace(' ', "-");
        insta::assert_snapshot!(name, String::from_utf8(output.stdout).unwrap());
    }
}
