//! `--format parquet`: the same tables with typed values, in builds with the feature.

use crate::support::Sandbox;

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_the_feature_names_it() {
    let sandbox = Sandbox::small();
    let said = sandbox.refused(&["run", "small.toml", "--format", "parquet", "--out", "run"]);
    assert!(said.contains("feature `parquet`") && said.contains("--features parquet"), "{said}");
    assert!(!sandbox.path("run").exists());
    let said = sandbox.refused(&["run", "small.toml", "--format", "xlsx"]);
    assert!(said.contains("csv") && said.contains("parquet"), "{said}");
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_the_values_of_csv() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;

    let sandbox = Sandbox::small();
    let studies: [&[&str]; 5] = [
        &["run", "small.toml", "--jobs", "--set", "horizon=1d", "--precision", "mean(wait) ±60%"],
        &["compare", "small.toml", "--policy", "first-fit", "--policy", "random", "--gate", "mean(wait) <= +50%"],
        &["sweep", "small.toml", "--vary", "worker.w.count=1,2", "--vary", "horizon=1h,2h"],
        &["sweep", "small.toml", "--elasticity"],
        &["size", "small.toml", "--vary", "worker.w.count=1..2", "--meet", "mean(wait) < 30m"],
    ];
    let mut compared = 0;
    for study in studies {
        for (out, format) in [("c", "csv"), ("p", "parquet")] {
            sandbox.stdout(&[study, &["--quiet", "--format", format, "--out", out]].concat());
        }
        let tables = sandbox
            .files("c")
            .into_iter()
            .filter(|(path, _)| path.extension().is_some_and(|end| end == "csv") && !path.starts_with("inputs"));
        for (path, text) in tables {
            let mut csv = csv::Reader::from_reader(&*text);
            let header = csv.headers().unwrap().clone();
            let file = std::fs::File::open(sandbox.path("p").join(path.with_extension("parquet"))).unwrap();
            let reader = SerializedFileReader::new(file).unwrap();
            let mut rows = reader.get_row_iter(None).unwrap();
            for (line, record) in csv.records().enumerate() {
                let (record, row) = (record.unwrap(), rows.next().expect("as many rows").unwrap());
                assert!(row.get_column_iter().map(|(name, _)| name.as_str()).eq(header.iter()));
                for (cell, (name, value)) in record.iter().zip(row.get_column_iter()) {
                    let is_same = match value {
                        Field::Null => cell.is_empty(),
                        Field::Str(text) => cell == text,
                        Field::Bool(flag) => cell.parse() == Ok(*flag),
                        Field::Long(count) => cell.parse() == Ok(*count),
                        Field::Double(number) => cell.parse() == Ok(*number),
                        _ => false,
                    };
                    assert!(is_same, "{}, row {line}, {name}: {cell} and {value:?}", path.display());
                    compared += 1;
                }
            }
            assert!(rows.next().is_none());
            assert!(!sandbox.path("p").join(&path).exists(), "instead of CSV");
        }
        sandbox.claimsim(&["reproduce", "p", "--quiet"]).assert().success();
        if study[0] == "run" {
            let said = sandbox.refused(&["run", "--extend", "p", "--replications", "500"]);
            assert!(said.contains("as Parquet"), "{said}");
        }
    }
    assert!(compared > 10_000, "{compared}");
}
