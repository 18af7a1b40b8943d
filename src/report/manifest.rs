//! The manifest: what a run was made from and what it left, by SHA-256, so that it can be run again and checked byte for byte.
//!
//! It holds nothing that a repetition could not reproduce: no time of day, no host, no path outside of the run's folder.

use std::fmt::Write as _;
use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::OutputFile;

/// Where a run keeps the manifest.
pub const PATH: &str = "manifest.json";

/// Where a run keeps the text of its scenario.
pub const SCENARIO: &str = "inputs/scenario.toml";

/// Everything needed to repeat a run and to tell whether the repetition agrees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of claimsim that made the run.
    pub claimsim: String,
    /// The subcommand: `run`, `compare`, …
    pub command: String,
    /// The scenario's text as it was read, before any option changed it.
    pub scenario: Input,
    /// The files that the scenario names, in the order in which it names them.
    pub inputs: Vec<Input>,
    /// What was left out of these files, and why; often nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Further scenarios that a comparison was made from, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
    /// The seed in force.
    pub seed: u64,
    /// What the command line asked for.
    pub options: Options,
    /// The files of the run but the manifest and the inputs, in order of their paths.
    pub outputs: Vec<Output>,
}

/// A file that the run was made from, and its copy in the run's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// As the scenario writes it; of the scenario itself its name.
    pub name: String,
    /// The copy, relative to the run's folder.
    pub file: String,
    /// The digest of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A further scenario of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    /// The scenario's text, like that of the manifest.
    pub scenario: Input,
    /// The files that it names.
    pub inputs: Vec<Input>,
    /// The run that it was the scenario of, if it is the baseline from a saved run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<SavedRun>,
}

/// What a saved run adds to its scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedRun {
    /// Its seed.
    pub seed: u64,
    /// Its options.
    pub options: Options,
}

/// What the command line changed; all of it may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Claim policies given by `--policy`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<String>,
    /// `--replications`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replications: Option<u32>,
    /// `--batches`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batches: Option<u32>,
    /// `--set KEY=VALUE`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// `--vary KEY=…`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vary: Vec<String>,
    /// `--zip KEY=…`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zip: Vec<String>,
    /// `--show QUANTITY`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub show: Vec<String>,
    /// `--elasticity`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub elasticity: bool,
    /// `--step`, as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// `--cost KEY=PRICE`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cost: Vec<String>,
    /// `--lose GROUP[:DURATION]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lose: Option<String>,
    /// `--meet CONDITION`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meet: Vec<String>,
    /// `--contender 'NAME: KEY=VALUE, …'`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contender: Vec<String>,
    /// `--against NAME`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// `--max-replications`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replications: Option<u32>,
    /// `--precision 'QUANTITY ±MARGIN'`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub precision: Vec<String>,
    /// `--judge QUANTITY`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judge: Vec<String>,
    /// `--margin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<String>,
    /// `--level`, as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// `--gate CONDITION`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gate: Vec<String>,
    /// `--jobs`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub jobs: bool,
}

/// A file that the run left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Where it is, relative to the run's folder.
    pub file: String,
    /// The digest of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The bytes of `manifest.json`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("strings, numbers and lists always serialize");
        bytes.push(b'\n');
        bytes
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// If the bytes are no manifest of a run, or of a later version that says more.
    pub fn from_bytes(bytes: &[u8]) -> Result<Manifest, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The paths at which two runs' outputs differ, or which only one of them has, in order.
    pub fn differences(&self, other: &Manifest) -> Vec<String> {
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

impl Input {
    /// The scenario's own entry.
    pub fn scenario(name: &str, text: &[u8]) -> Input {
        Input { name: name.to_owned(), file: SCENARIO.to_owned(), sha256: sha256(text) }
    }

    /// The same entry among the inputs of the `number`-th further scenario, from 1.
    #[must_use]
    pub fn of_other(self, number: usize) -> Input {
        let inside = self.file.strip_prefix("inputs/").unwrap_or(&self.file);
        Input { file: format!("inputs/other-{number}/{inside}"), ..self }
    }

    /// The entry of the `number`-th file that the scenario names, from 1.
    ///
    /// The copy is `inputs/NUMBER-BASENAME`: two inputs may share a basename, and a path may lead out of the folder, be
    /// absolute, or be of another operating system.
    pub fn numbered(number: usize, name: &str, bytes: &[u8]) -> Input {
        let base = name.rsplit(['/', '\\', ':']).next().unwrap_or_default();
        let keep = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        // The end of a long name, with its extension, so that the number does not make it too long for a file system.
        let base: String = base.chars().skip(base.chars().count().saturating_sub(100)).map(keep).collect();
        Input { name: name.to_owned(), file: format!("inputs/{number}-{base}"), sha256: sha256(bytes) }
    }
}

/// The entries of files that are in memory, in order of their paths.
pub fn outputs<'a>(files: impl IntoIterator<Item = &'a OutputFile>) -> Vec<Output> {
    let mut outputs: Vec<Output> =
        files.into_iter().map(|file| Output { file: file.path.clone(), sha256: sha256(&file.bytes) }).collect();
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    outputs
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(Sha256::digest(bytes).as_ref())
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing into memory does not fail");
        text
    })
}

/// Hashes what passes through on its way to `W`, for files too large to be held in memory (`jobs.csv`).
pub struct Hashing<W> {
    out: W,
    digest: Sha256,
}

impl<W: io::Write> Hashing<W> {
    /// Nothing has passed yet.
    pub fn new(out: W) -> Hashing<W> {
        Hashing { out, digest: Sha256::new() }
    }

    /// The output, and the digest of everything written to it, in hexadecimal.
    pub fn finish(self) -> (W, String) {
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
    use std::io::Write as _;

    use super::*;

    fn sample() -> Manifest {
        let files = ["summary.csv", "charts/utilization.svg"]
            .map(|path| OutputFile { path: path.to_owned(), bytes: path.as_bytes().to_vec() });
        Manifest {
            claimsim: "0.1.0".to_owned(),
            command: "run".to_owned(),
            scenario: Input::scenario("registry-week", b"name = \"registry-week\"\n"),
            inputs: vec![Input::numbered(1, "registry/workers.json", b"{}")],
            notes: Vec::new(),
            others: Vec::new(),
            seed: 42,
            options: Options { set: vec!["worker.replica.count=5".to_owned()], ..Options::default() },
            outputs: outputs(&files),
        }
    }

    #[test]
    fn the_digest_is_that_of_fips_180() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let manifest = sample();
        let bytes = manifest.to_bytes();
        assert_eq!(Manifest::from_bytes(&bytes).unwrap(), manifest);
        assert_eq!(Manifest::from_bytes(&bytes).unwrap().to_bytes(), bytes);
        assert!(Manifest::from_bytes(b"{}").is_err());
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
        let file = |number, name: &str| Input::numbered(number, name, b"").file;
        assert_eq!(file(1, "traces/week.csv.gz"), "inputs/1-week.csv.gz");
        assert_eq!(file(2, "../other/week.csv.gz"), "inputs/2-week.csv.gz");
        assert_eq!(file(3, "C:\\data\\my trace.csv"), "inputs/3-my_trace.csv");
        assert_eq!(file(4, ".."), "inputs/4-..");
        assert_eq!(file(5, &format!("{}.csv", "x".repeat(255))), format!("inputs/5-{}.csv", "x".repeat(96)));
    }

    #[test]
    fn what_passes_through_is_hashed_and_arrives() {
        let mut hashing = Hashing::new(Vec::new());
        hashing.write_all(b"a").unwrap();
        hashing.write_all(b"bc").unwrap();
        assert_eq!(hashing.finish(), (b"abc".to_vec(), sha256(b"abc")));
    }
}
