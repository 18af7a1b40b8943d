//! Scenario files from the outside: the report on every broken one in `tests/invalid`, and every shipped one.

use std::path::{Path, PathBuf};
use std::{fs, io};

use claimsim::scenario::{Files, Loaded, Override, Report, load};

/// Files beside a scenario.
struct Beside(PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        // The system's own words differ between platforms; the report must not.
        fs::read(self.0.join(path)).map_err(|_| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The scenario files of a folder, by name.
fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths
}

/// Loads a scenario file with the `--set` options that its comments ask for.
fn load_file(path: &Path) -> Result<Loaded, Report> {
    let text = fs::read_to_string(path).unwrap();
    let overrides: Vec<Override> =
        text.lines().filter_map(|line| line.strip_prefix("# --set ")).map(Override::set).collect();
    let name = path.file_name().unwrap().to_str().unwrap();
    load(name, &text, &overrides, &Beside(path.parent().unwrap().to_owned()))
}

#[test]
fn broken_scenarios_get_a_report_of_all_that_is_wrong() {
    let paths = scenarios(&folder("tests/invalid"));
    assert!(paths.len() >= 25, "the reports on {} broken scenarios are too few", paths.len());
    for path in paths {
        let report = match load_file(&path) {
            Ok(loaded) => loaded.warnings,
            Err(report) => report,
        };
        let name = path.file_stem().unwrap().to_str().unwrap();
        insta::with_settings!({
            snapshot_path => "../invalid",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, report.render(false));
        });
    }
}

#[test]
fn shipped_scenarios_load_without_a_word() {
    for path in scenarios(&folder("scenarios")) {
        match load_file(&path) {
            Ok(loaded) => assert!(loaded.warnings.is_empty(), "{}:\n{}", path.display(), loaded.warnings),
            Err(report) => panic!("{}:\n{report}", path.display()),
        }
    }
}
