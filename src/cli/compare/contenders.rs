//! Who is compared: each scenario, under each policy, then the variants; and the saved run before all of them.

use super::super::brought::add_new;
use super::super::files::{overrides, shown};
use super::super::given::Given;
use super::super::produce::apply;
use super::super::verdict::Failure;
use super::setting::Variant;
use crate::experiment::comparison::Alternative;
use crate::model::time::Time;
use crate::report::manifest::{Options, SavedRun};
use crate::scenario::{InputFile, LoadedScenario, Override, Scenario, WarmUpRule};

/// The name of the contender that a saved run is.
const SAVED: &str = "baseline";

/// Everybody who is compared.
pub(super) struct Contenders {
    pub(super) list: Vec<Alternative>,
    /// The baseline's number.
    pub(super) baseline: usize,
    /// The name of the first scenario.
    pub(super) title: String,
    /// The seed in force, but for contenders that set one themselves.
    pub(super) seed: u64,
    /// By given scenario: its name, and the files that it names.
    pub(super) origins: Vec<(String, Vec<InputFile>)>,
    /// What is probably not meant.
    pub(super) remarks: Vec<String>,
    /// What of files was left out.
    pub(super) notes: Vec<String>,
}

/// A contender that is still to be loaded.
struct Draft<'a> {
    given: usize,
    policy: Option<&'a str>,
    variant: Option<Variant>,
}

impl Contenders {
    /// Loads all contenders that the options ask for. A saved run is the last of the given.
    pub(super) fn load(given: &[Given], options: &Options, seed: Option<u64>) -> Result<Contenders, Failure> {
        let mut contenders = Contenders {
            list: Vec::new(),
            baseline: 0,
            title: String::new(),
            seed: 0,
            origins: vec![(String::new(), Vec::new()); given.len()],
            remarks: Vec::new(),
            notes: Vec::new(),
        };
        let saved = given.iter().position(|given| given.run.is_some());
        if let Some((number, run)) = saved.and_then(|number| Some((number, given[number].run.as_ref()?))) {
            contenders.add_saved(number, &given[number], run)?;
        }
        let seed = seed.or(contenders.list.first().map(|saved| saved.scenario.seed));
        for draft in drafts(saved.unwrap_or(given.len()), options)? {
            contenders.add(&draft, given, options, seed)?;
        }
        contenders.check(options)?;
        Ok(contenders)
    }

    fn add_saved(&mut self, number: usize, given: &Given, run: &SavedRun) -> Result<(), Failure> {
        let loaded = given.load(&overrides(&run.options.set, run.options.policy.first().map(String::as_str)))?;
        let mut scenario = self.take_in(number, loaded);
        apply(&run.options, Some(run.seed), &mut scenario);
        self.list.push(Alternative { name: SAVED.to_owned(), scenario });
        Ok(())
    }

    fn add(&mut self, draft: &Draft, given: &[Given], options: &Options, seed: Option<u64>) -> Result<(), Failure> {
        let settings = draft.variant.as_ref().map_or(&[][..], |variant| &variant.settings);
        let mut all = overrides(&options.set, draft.policy);
        all.extend(settings.iter().map(|setting| of_variant(setting)));
        let loaded = given[draft.given].load(&all)?;
        let mut scenario = self.take_in(draft.given, loaded);
        if self.title.is_empty() {
            self.title.clone_from(&scenario.name);
            self.seed = seed.unwrap_or(scenario.seed);
        }
        if !settings.iter().any(|setting| setting.split('=').next().is_some_and(|key| key.trim() == "seed")) {
            scenario.seed = self.seed;
        }
        let name = match (&draft.variant, draft.policy) {
            (Some(variant), _) => variant.name.clone(),
            (None, Some(_)) if self.scenarios() == 1 => scenario.policy_label.clone(),
            (None, Some(_)) => format!("{}, {}", scenario.name, scenario.policy_label),
            (None, None) => scenario.name.clone(),
        };
        let name = if draft.variant.is_some() { name } else { self.free(name) };
        self.list.push(Alternative { name, scenario });
        Ok(())
    }

    /// How many scenarios are given, but for the saved run.
    fn scenarios(&self) -> usize {
        self.origins.len() - usize::from(self.list.first().is_some_and(|first| first.name == SAVED))
    }

    /// Keeps what came with a scenario.
    fn take_in(&mut self, number: usize, loaded: LoadedScenario) -> Scenario {
        let (name, inputs) = &mut self.origins[number];
        if name.is_empty() {
            name.clone_from(&loaded.scenario.name);
        }
        add_new(inputs, loaded.inputs);
        // Contenders of one scenario have the same remarks and notes.
        add_new(&mut self.remarks, (!loaded.warnings.is_empty()).then(|| shown(&loaded.warnings)));
        add_new(&mut self.notes, loaded.notes);
        loaded.scenario
    }

    /// The name, or, if some contender has it, the name with a number: two versions of a scenario file say the same name.
    fn free(&self, name: String) -> String {
        let is_taken = |name: &str| self.list.iter().any(|contender| contender.name == name);
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name)
    }

    /// Finds the baseline, and complains about what makes no comparison.
    fn check(&mut self, options: &Options) -> Result<(), Failure> {
        let names: Vec<&str> = self.list.iter().map(|contender| contender.name.as_str()).collect();
        if let Some(twice) = names.iter().enumerate().find_map(|(at, name)| names[..at].contains(name).then_some(name))
        {
            return Err(Failure::Input(format!("two contenders are called `{twice}`; give one of them another name")));
        }
        if let [alone] = names.as_slice() {
            return Err(Failure::Input(format!(
                "there is nothing to compare `{alone}` with; add another --policy, a --contender, a second scenario, or a saved \
                 run by --baseline"
            )));
        }
        if let Some(against) = &options.against {
            let Some(found) = names.iter().position(|name| name == against) else {
                let known = names.join("`, `");
                return Err(Failure::Input(format!(
                    "--against: there is no contender `{against}`; there are `{known}`"
                )));
            };
            self.baseline = found;
        }
        self.remark_on_windows();
        Ok(())
    }

    /// Counts and maxima of runs of different lengths are no more alike than the lengths.
    fn remark_on_windows(&mut self) {
        let baseline = &self.list[self.baseline];
        let window = baseline.scenario.system.window;
        for contender in self.list.iter().filter(|contender| contender.scenario.system.window != window) {
            let other = contender.scenario.system.window;
            self.remarks.push(format!(
                "note: {} runs for {} with a warm-up of {}, {} for {} with {}: counts and maxima are of different lengths",
                contender.name,
                other.horizon - Time::ZERO,
                warm_up(&contender.scenario),
                baseline.name,
                window.horizon - Time::ZERO,
                warm_up(&baseline.scenario),
            ));
        }
    }
}

/// A scenario's warm-up as it is known before anything has run.
fn warm_up(scenario: &Scenario) -> String {
    match scenario.warm_up {
        WarmUpRule::Auto => "auto".to_owned(),
        WarmUpRule::Fixed => (scenario.system.window.warmup - Time::ZERO).to_string(),
    }
}

/// Who is asked for: each of so many scenarios, under each policy, then the variants of the first.
fn drafts(scenarios: usize, options: &Options) -> Result<Vec<Draft<'_>>, Failure> {
    let mut drafts = Vec::new();
    for given in 0..scenarios {
        let policies =
            options.policy.iter().map(|policy| Draft { given, policy: Some(policy.as_str()), variant: None });
        drafts.extend(policies);
        if options.policy.is_empty() {
            drafts.push(Draft { given, policy: None, variant: None });
        }
    }
    for text in &options.contender {
        drafts.push(Draft { given: 0, policy: None, variant: Some(Variant::parse(text)?) });
    }
    Ok(drafts)
}

/// What a variant sets.
fn of_variant(setting: &str) -> Override {
    match setting.split_once('=') {
        Some((key, value)) => Override::key("--contender", key.trim(), value.trim()),
        None => Override { option: "--contender".to_owned(), assignment: setting.to_owned() },
    }
}
