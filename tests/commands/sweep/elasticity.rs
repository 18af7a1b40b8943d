//! `claimsim sweep --elasticity`: output, table, chart and reproduction.

use std::fs;

use crate::support::Sandbox;

#[test]
fn elasticities_are_ranked_and_omissions_listed() {
    let sandbox = Sandbox::small();
    let options = ["sweep", "small.toml", "--elasticity", "--show", "mean(wait)", "--show", "p95(wait, scan)"];
    let output = sandbox.claimsim(&options).assert().success().get_output().clone();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    for words in [
        "small: effect of 1 % more of",
        "action.scan.service.lognormal.mean",
        "left out: worker.w.capacity.scan: it is 1, and one less would be none",
        "action.check.arrival.renewal.batch.empirical.values: it is a list of whole numbers",
    ] {
        assert!(printed.contains(words), "{words} is missing in\n{printed}");
    }
    let mut reader = csv::Reader::from_path(sandbox.path("results/small-elasticity/elasticity.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for unmoved in ["horizon", "warmup", "seed", "replications", "slo.wait"] {
        assert!(rows.iter().all(|row| &row[0] != unmoved), "{unmoved} is no parameter");
    }
    let row = |key: &str| rows.iter().find(|row| &row[0] == key).unwrap();
    assert_eq!((&row("worker.w.count")[5], &row("worker.w.count")[6]), ("1", "3"));
    assert_eq!((&row("action.scan.service.lognormal.mean")[5], &row("action.scan.error")[6]), ("25.74s", "0.101"));
    assert_eq!((&row("action.scan.service.lognormal.mean")[3], &row("action.scan.error")[2]), ("26", "0.1"));
    let chart = fs::read_to_string(sandbox.path("results/small-elasticity/charts/mean_wait.svg")).unwrap();
    for words in ["elasticity of mean(wait)", "action.scan.service.lognormal.mean = 26s", "no effect at all"] {
        assert!(chart.contains(words), "{words} is missing in the chart");
    }
    sandbox.claimsim(&["reproduce", "results/small-elasticity"]).assert().success();
    let json = sandbox.claimsim(&[&options[..], &["--json", "--step", "2%"]].concat()).assert().success();
    let document: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    let effects = document["quantities"][0]["effects"].as_array().unwrap();
    let size = |effect: &serde_json::Value| effect["effect"].as_f64().unwrap().abs();
    assert!(effects.is_sorted_by(|a, b| size(a) >= size(b)), "{effects:?}");
    let moved = effects.iter().find(|effect| effect["key"] == "action.scan.error").unwrap();
    assert_eq!((moved["low"].as_str(), moved["high"].as_str()), (Some("0.098"), Some("0.102")));
}
