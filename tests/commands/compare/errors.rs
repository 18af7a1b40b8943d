//! Errors of a comparison name the remedy, exit with 2, and leave no files.

use crate::support::{SMALL, Sandbox};

#[test]
fn errors_name_the_mistake_and_the_remedy() {
    let sandbox = Sandbox::small();
    sandbox.write("other.toml", &SMALL.replace("[action.check]", "[action.look]"));
    sandbox.write("bad.toml", &SMALL.replace("retries", "retires"));
    let two = ["small.toml", "--contender", "three: worker.w.count=3"];
    for (options, words) in [
        (&["small.toml"][..], &["nothing to compare `small` with", "--policy", "--baseline"][..]),
        (&["small.toml", "--policy", "first-fit"], &["nothing to compare `first-fit` with"]),
        (&["small.toml", "--policy", "first-fti"], &["first-fti", "first-fit"]),
        (&["small.toml", "bad.toml"], &["bad.toml:18", "`retries`"]),
        (&["small.toml", "absent.toml"], &["absent.toml"]),
        (&["small.toml", "--contender", "three"], &["there is no `:` after the name"]),
        (
            &["small.toml", "--contender", "three: worker.v.count=3"],
            &["--contender worker.v.count=3", "the scenario has no worker `v`"],
        ),
        (&["small.toml", "--contender", "small: seed=3"], &["two contenders are called `small`"]),
        (&[&two[..], &["--against", "tree"]].concat(), &["no contender `tree`", "`small`, `three`"]),
        (&[&two[..], &["--gate", "p95(wiat) <= 5m"]].concat(), &["--gate p95(wiat) <= 5m", "did you mean `wait`?"]),
        (&[&two[..], &["--gate", "p95(wait, scna) <= 5m"]].concat(), &["no action `scna`", "did you mean `scan`?"]),
        (&[&two[..], &["--judge", "wait"]].concat(), &["`wait` has several statistics", "mean(wait)"]),
        (
            &["small.toml", "other.toml", "--judge", "mean(wait, check)"],
            &["no action `check` (contender `small (2)`)", "it has: scan, look"],
        ),
        (&[&two[..], &["--margin", "5"]].concat(), &["--margin 5 has another unit than mean(wait)"]),
        (&[&two[..], &["--margin", "five"]].concat(), &["`five` is not a margin", "±5%"]),
        (&[&two[..], &["--level", "5"]].concat(), &["above 0 and at most 0.5"]),
        (
            &[&two[..], &["--replications", "8", "--max-replications", "4"]].concat(),
            &["--max-replications 4 is below --replications 8"],
        ),
        (&[&two[..], &["--baseline", "absent"]].concat(), &["absent is not a run of claimsim"]),
        (&[&two[..], &["--baseline", "absent", "--seed", "1"]].concat(), &["cannot be used with"]),
    ] {
        let arguments = [&["compare"], options, &["--out", "never"]].concat();
        let output = sandbox.claimsim(&arguments).assert().code(2).get_output().clone();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        for word in words {
            assert!(said.contains(word), "{options:?}: {word} is missing in\n{said}");
        }
        assert!(output.stdout.is_empty());
    }
    assert!(!sandbox.path("never").exists());
}
