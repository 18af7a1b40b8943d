//! The manifest: what a study was made from and what it left, by SHA-256, so that it can be
//! repeated and checked byte for byte.
//!
//! It holds nothing that a repetition could not reproduce: no time of day, no host, no path outside
//! the folder.

use std::fmt::Write as _;
use std::io;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::args::OutputForm;
use crate::chart_args::ChartArgs;
use crate::exit::CliError;
use crate::model::input_file;
use crate::options::{Command, RunOptions};
use crate::report::OutputFile;

/// The manifest's path in the folder of a study.
pub(crate) const PATH: &str = "manifest.json";

/// Everything that is needed to repeat a study and to check that the repetition agrees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The version of claimsim that made the study.
    pub(crate) claimsim: String,
    /// The version of the time zone database, if a scenario names a zone other than UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_zone_database: Option<String>,
    /// The study, and what the command line asked for.
    #[serde(flatten)]
    pub(crate) command: Command,
    /// The text of the scenario as it was read, before any option changed it.
    pub(crate) scenario: Input,
    /// The files that the scenario names, in the order in which it names them.
    pub(crate) inputs: Vec<Input>,
    /// What was left out of these files and why, and how warm-ups were found; often empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
    /// The further scenarios of a comparison, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) others: Vec<Other>,
    /// The seed in force.
    pub(crate) seed: u64,
    /// The look of the charts, if an option sets it.
    #[serde(default, skip_serializing_if = "ChartArgs::is_default")]
    pub(crate) charts: ChartArgs,
    /// The files of the study except manifest and inputs, in order of their paths.
    pub(crate) outputs: Vec<Output>,
}

/// A file that the study was made from, and its copy in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The path as the scenario writes it; for the scenario itself, its name.
    pub(crate) name: String,
    /// The copy, relative to the folder.
    pub(crate) file: String,
    /// The digest of its bytes, in hexadecimal.
    pub(crate) sha256: String,
}

/// A further scenario of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Other {
    /// The text of the scenario.
    pub(crate) scenario: Input,
    /// The files that it names.
    pub(crate) inputs: Vec<Input>,
    /// The saved run that this is the scenario of, if it is the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<SavedRun>,
}

/// What a saved run adds to its scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedRun {
    pub(crate) seed: u64,
    pub(crate) options: RunOptions,
}

/// A file that the study left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    /// Where it is, relative to the folder.
    pub(crate) file: String,
    /// The digest of its bytes, in hexadecimal.
    pub(crate) sha256: String,
}

impl Manifest {
    /// The bytes of `manifest.json`.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        format!("{:#}\n", self.to_value()).into_bytes()
    }

    /// The document. Options hold only what the command line gave.
    pub(crate) fn to_value(&self) -> Value {
        let mut document = serde_json::to_value(self).expect("strings, numbers and lists always serialize");
        drop_unset_options(&mut document);
        document
    }

    /// Reads a manifest. Fails if the bytes are no manifest, or one of a later version with further
    /// keys.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Manifest, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// What no study of ours writes, if there is such a thing: a file outside the folder, or an
    /// option out of range.
    pub(crate) fn fault(&self) -> Option<String> {
        let mut files = self.files();
        let is_below = |file: &str| Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
        let outside = files.find(|file| !is_below(file)).map(|file| format!("`{file}` is not a file of the folder"));
        outside.or_else(|| self.command.fault())
    }

    /// The form of its outputs.
    pub(crate) fn form(&self) -> OutputForm {
        OutputForm::of_saved(self.outputs.iter().map(|output| output.file.as_str()), self.charts)
    }

    /// Every file that the study left, but the manifest.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let others = self.others.iter().flat_map(|other| std::iter::once(&other.scenario).chain(&other.inputs));
        let inputs = std::iter::once(&self.scenario).chain(&self.inputs).chain(others).map(|input| &input.file);
        inputs.chain(self.outputs.iter().map(|output| &output.file)).map(String::as_str)
    }

    /// The outputs that differ between two studies, or that only one of them has, in order of their
    /// paths.
    pub(crate) fn differences(&self, other: &Manifest) -> Vec<String> {
        let only_in = |these: &[Output], those: &[Output]| -> Vec<String> {
            these.iter().filter(|output| !those.contains(output)).map(|output| output.file.clone()).collect()
        };
        let mut paths = only_in(&self.outputs, &other.outputs);
        paths.extend(only_in(&other.outputs, &self.outputs));
        paths.sort();
        paths.dedup();
        paths
    }
}

/// Reads the manifest of a folder.
pub(crate) fn read_manifest(folder: &Path) -> Result<Manifest, CliError> {
    let path = folder.join(PATH);
    let error = |reason: String| CliError::Input(format!("{} is not a run of claimsim: {reason}", folder.display()));
    let bytes = input_file::read(&path).map_err(|reason| error(format!("cannot read {}: {reason}", path.display())))?;
    let manifest = Manifest::from_bytes(&bytes).map_err(|reason| error(format!("{}: {reason}", path.display())))?;
    match manifest.fault() {
        None => Ok(manifest),
        Some(fault) => Err(error(format!("{}: {fault}", path.display()))),
    }
}

/// Removes options that were not given: null, false, or an empty list.
fn drop_unset_options(document: &mut Value) {
    let is_set =
        |value: &Value| !(value.is_null() || *value == Value::Bool(false) || *value == Value::Array(Vec::new()));
    match document {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match value {
                    Value::Object(options) if key == "options" => options.retain(|_, value| is_set(value)),
                    other => drop_unset_options(other),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(drop_unset_options),
        _ => {}
    }
}

impl Input {
    /// The entry of the scenario with this text, in the copies of the `source`-th scenario of a
    /// study, from 0.
    pub(crate) fn scenario(source: usize, name: &str, text: &str) -> Input {
        let file = format!("{}/scenario.toml", folder(source));
        Input { name: name.to_owned(), file, sha256: sha256(text.as_bytes()) }
    }

    /// The entry of the `number`-th file, from 1, that this scenario names.
    ///
    /// The copy is `NUMBER-BASENAME`: two inputs may share a basename, and a path may lead out of
    /// the folder, be absolute, or be of another operating system.
    pub(crate) fn numbered(source: usize, number: usize, name: &str, bytes: &[u8]) -> Input {
        let base = name.rsplit(['/', '\\', ':']).next().unwrap_or_default();
        let keep = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        // The end of a long name, with its extension, so that the number does not make it too long
        // for a file system.
        let base: String = base.chars().skip(base.chars().count().saturating_sub(100)).map(keep).collect();
        Input { name: name.to_owned(), file: format!("{}/{number}-{base}", folder(source)), sha256: sha256(bytes) }
    }
}

/// The folder of the copies of a scenario.
fn folder(source: usize) -> String {
    if source == 0 { "inputs".to_owned() } else { format!("inputs/other-{source}") }
}

/// The entries of files, in order of their paths.
pub(crate) fn outputs<'a>(files: impl IntoIterator<Item = &'a OutputFile>) -> Vec<Output> {
    let mut outputs: Vec<Output> =
        files.into_iter().map(|file| Output { file: file.path.clone(), sha256: sha256(&file.bytes) }).collect();
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    outputs
}

/// The SHA-256 of bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(Sha256::digest(bytes).as_ref())
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing into memory does not fail");
        text
    })
}

/// A writer that hashes what it passes on, for files that are too large for memory (`jobs.csv`).
pub(crate) struct Hashing<W> {
    out: W,
    digest: Sha256,
}

impl<W: io::Write> Hashing<W> {
    /// A writer to `out`.
    pub(crate) fn new(out: W) -> Hashing<W> {
        Hashing { out, digest: Sha256::new() }
    }

    /// The output, and the digest of all bytes written to it, in hexadecimal.
    pub(crate) fn finish(self) -> (W, String) {
        (self.out, hexadecimal(self.digest.finalize().as_ref()))
    }
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::ChangeArgs;

    fn sample() -> Manifest {
        let files = ["summary.csv", "charts/utilization.svg"]
            .map(|path| OutputFile { path: path.to_owned(), bytes: path.as_bytes().to_vec() });
        let changes = ChangeArgs { policy: None, set: vec!["worker.replica.count=5".to_owned()] };
        let options = RunOptions { changes, ..RunOptions::default() };
        Manifest {
            claimsim: "0.1.0".to_owned(),
            time_zone_database: None,
            command: Command::Run(options),
            scenario: Input::scenario(0, "registry-week", "name = \"registry-week\"\n"),
            inputs: vec![Input::numbered(0, 1, "registry/workers.json", b"{}")],
            notes: Vec::new(),
            others: Vec::new(),
            seed: 42,
            charts: ChartArgs::default(),
            outputs: outputs(&files),
        }
    }

    #[test]
    fn notes_stand_beside_the_files_they_are_about() {
        let manifest = Manifest { notes: vec!["jobs.json: 1 of 2 rows".to_owned()], ..sample() };
        let bytes = manifest.to_bytes();
        assert_eq!(Manifest::from_bytes(&bytes).unwrap(), manifest);
        let text = String::from_utf8(bytes).unwrap();
        let place = |word: &str| text.find(word).unwrap();
        assert!(place("workers.json") < place("\"notes\"") && place("\"notes\"") < place("\"seed\""), "{text}");
    }

    /// The form of version 0.1: a list for the policy, and the options after the inputs.
    #[test]
    fn manifests_of_older_versions_are_read() {
        let text = String::from_utf8(sample().to_bytes()).unwrap();
        let older = text.replace("\"options\": {", "\"options\": { \"policy\": [\"lifo\"],");
        let Command::Run(options) = Manifest::from_bytes(older.as_bytes()).unwrap().command else { panic!("a run") };
        assert_eq!(options.changes.policy.as_deref(), Some("lifo"));
        assert_eq!(options.changes.set, ["worker.replica.count=5"]);
    }

    #[test]
    fn manifests_of_later_versions_are_refused() {
        let text = String::from_utf8(sample().to_bytes()).unwrap();
        for key in ["\"seed\": 42", "\"set\": [", "\"name\":"] {
            let later = text.replacen(key, &format!("\"later\": 1, {key}"), 1);
            let error = Manifest::from_bytes(later.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("later"), "{error}");
        }
    }

    #[test]
    fn the_layout_of_the_manifest_is_fixed() {
        insta::assert_snapshot!(String::from_utf8(sample().to_bytes()).unwrap());
    }

    #[test]
    fn differences_name_changed_missing_and_further_files() {
        let (one, mut other) = (sample(), sample());
        assert!(one.differences(&other).is_empty());
        other.outputs[0].sha256 = sha256(b"changed");
        other.outputs[1].file = "jobs.csv".to_owned();
        assert_eq!(one.differences(&other), ["charts/utilization.svg", "jobs.csv", "summary.csv"]);
    }

    #[test]
    fn copies_of_inputs_stay_in_the_folder_and_apart() {
        let file = |number, name: &str| Input::numbered(0, number, name, b"").file;
        assert_eq!(file(1, "traces/week.csv.gz"), "inputs/1-week.csv.gz");
        assert_eq!(file(2, "../other/week.csv.gz"), "inputs/2-week.csv.gz");
        assert_eq!(file(3, "C:\\data\\my trace.csv"), "inputs/3-my_trace.csv");
        assert_eq!(file(4, ".."), "inputs/4-..");
        assert_eq!(Input::numbered(1, 2, "t.csv", b"").file, "inputs/other-1/2-t.csv");
        assert_eq!(file(5, &format!("{}.csv", "x".repeat(255))), format!("inputs/5-{}.csv", "x".repeat(96)));
    }
}
