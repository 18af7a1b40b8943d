//! The alternatives that are compared: the saved run, then each scenario under each policy, then
//! the variants.

use super::variant::Variant;
use crate::args::ChangeArgs;
use crate::exit::CliError;
use crate::experiment::comparison::Alternative;
use crate::inputs::{LoadedInputs, ScenarioSource};
use crate::model::time::Time;
use crate::options::CompareOptions;
use crate::run_dir::manifest::SavedRun;
use crate::scenario::{Override, Scenario, WarmUpRule};
use crate::study::RunRequest;

/// The name of a saved run among the contenders.
const SAVED: &str = "baseline";

/// All contenders.
pub(super) struct Alternatives {
    pub(super) list: Vec<Alternative>,
    /// The baseline's number.
    pub(super) baseline: usize,
    pub(super) inputs: LoadedInputs,
}

/// A contender that is not loaded yet.
struct Draft<'a> {
    source: usize,
    policy: Option<&'a str>,
    variant: Option<Variant>,
}

impl Alternatives {
    /// Loads all contenders. A saved run is the last source.
    pub(super) fn load(request: &RunRequest<CompareOptions>) -> Result<Alternatives, CliError> {
        let RunRequest { sources, options, seed } = request;
        let mut alternatives = Alternatives { list: Vec::new(), baseline: 0, inputs: LoadedInputs::default() };
        let saved = sources.iter().position(|source| source.run.is_some());
        if let Some((number, run)) = saved.and_then(|number| Some((number, sources[number].run.as_ref()?))) {
            alternatives.add_saved(number, &sources[number], run)?;
        }
        let seed = seed.or(alternatives.list.first().map(|saved| saved.scenario.seed));
        let scenarios = saved.unwrap_or(sources.len());
        let drafts = drafts(scenarios, options)?;
        let mut known: Vec<(&str, String, &[String])> = Vec::new();
        for (number, draft) in drafts.iter().enumerate() {
            let scenario = alternatives.scenario(draft, request)?;
            let key = (sources[draft.source].text.as_str(), scenario.policy_label.clone(), draft.settings());
            if known.contains(&key) {
                return Err(twice(draft, &scenario));
            }
            known.push(key);
            if number == 0 {
                alternatives.inputs.seed = seed.unwrap_or(scenario.seed);
            }
            alternatives.add(draft, scenario, scenarios);
        }
        alternatives.check(options)?;
        Ok(alternatives)
    }

    fn add_saved(&mut self, number: usize, source: &ScenarioSource, run: &SavedRun) -> Result<(), CliError> {
        let loaded = source.load(&run.options.changes.overrides())?;
        let mut scenario = self.inputs.extend(number, loaded);
        scenario.seed = run.seed;
        scenario.replications = run.options.replications.unwrap_or(scenario.replications);
        self.list.push(Alternative { name: SAVED.to_owned(), scenario });
        Ok(())
    }

    fn scenario(&mut self, draft: &Draft, request: &RunRequest<CompareOptions>) -> Result<Scenario, CliError> {
        let policy = draft.policy.map(str::to_owned);
        let mut overrides = ChangeArgs { policy, set: request.options.keys.set.clone() }.overrides();
        overrides.extend(draft.settings().iter().map(|setting| variant_override(setting)));
        Ok(self.inputs.extend(draft.source, request.sources[draft.source].load(&overrides)?))
    }

    fn add(&mut self, draft: &Draft, mut scenario: Scenario, scenarios: usize) {
        let sets_seed = |setting: &String| setting.split('=').next().is_some_and(|key| key.trim() == "seed");
        if !draft.settings().iter().any(sets_seed) {
            scenario.seed = self.inputs.seed;
        }
        let name = match (&draft.variant, draft.policy) {
            (Some(variant), _) => variant.name.clone(),
            (None, Some(_)) if scenarios == 1 => self.free_name(scenario.policy_label.clone()),
            (None, Some(_)) => self.free_name(format!("{}, {}", scenario.name, scenario.policy_label)),
            (None, None) => self.free_name(scenario.name.clone()),
        };
        self.list.push(Alternative { name, scenario });
    }

    /// The name, with a number if another contender has it: two versions of a scenario file have
    /// the same name.
    fn free_name(&self, name: String) -> String {
        let is_taken = |name: &str| self.list.iter().any(|contender| contender.name == name);
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name)
    }

    /// Finds the baseline, and checks that the contenders can be compared.
    fn check(&mut self, options: &CompareOptions) -> Result<(), CliError> {
        let names: Vec<&str> = self.list.iter().map(|contender| contender.name.as_str()).collect();
        let twice = names.iter().enumerate().find_map(|(at, name)| names[..at].contains(name).then_some(name));
        if let Some(twice) = twice {
            return Err(CliError::Input(format!("two contenders are called `{twice}`; give one of them another name")));
        }
        if let [alone] = names.as_slice() {
            return Err(CliError::Input(format!(
                "there is nothing to compare `{alone}` with; add another --policy, a --contender, a second scenario, or \
                 a saved run by --baseline"
            )));
        }
        if let Some(against) = &options.against {
            let Some(found) = names.iter().position(|name| name == against) else {
                let known = names.join("`, `");
                return Err(CliError::Input(format!(
                    "--against: there is no contender `{against}`; the contenders are `{known}`"
                )));
            };
            self.baseline = found;
        }
        self.warn_of_windows();
        Ok(())
    }

    /// Warns of contenders that run for different durations: their counts and maxima are not
    /// comparable.
    fn warn_of_windows(&mut self) {
        let baseline = &self.list[self.baseline];
        let window = baseline.scenario.system.window;
        for contender in self.list.iter().filter(|contender| contender.scenario.system.window != window) {
            let other = contender.scenario.system.window;
            self.inputs.warnings.push(format!(
                "note: {} runs for {} with a warm-up of {}, {} for {} with a warm-up of {}: counts and maxima are not \
                 comparable",
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

impl Draft<'_> {
    /// The assignments of the variant.
    fn settings(&self) -> &[String] {
        self.variant.as_ref().map_or(&[][..], |variant| &variant.settings)
    }
}

/// The warm-up of a scenario before anything has run.
fn warm_up(scenario: &Scenario) -> String {
    match scenario.warm_up {
        WarmUpRule::Auto => "auto".to_owned(),
        WarmUpRule::Fixed => (scenario.system.window.warmup - Time::ZERO).to_string(),
    }
}

/// The contenders to load: each of the scenarios under each policy, then the variants of the first.
fn drafts(scenarios: usize, options: &CompareOptions) -> Result<Vec<Draft<'_>>, CliError> {
    let mut drafts = Vec::new();
    for source in 0..scenarios {
        let policies =
            options.policy.iter().map(|policy| Draft { source, policy: Some(policy.as_str()), variant: None });
        drafts.extend(policies);
        if options.policy.is_empty() {
            drafts.push(Draft { source, policy: None, variant: None });
        }
    }
    for text in &options.contender {
        drafts.push(Draft { source: 0, policy: None, variant: Some(Variant::parse(text)?) });
    }
    Ok(drafts)
}

/// The error that a contender is there already. Its jobs would be the same, one by one.
fn twice(draft: &Draft, scenario: &Scenario) -> CliError {
    let name = match &draft.variant {
        Some(variant) => format!("the settings of --contender `{}`", variant.name),
        None => format!("`{}` under `{}`", scenario.name, scenario.policy_label),
    };
    CliError::Input(format!("{name} is there twice, with the same jobs one by one; leave one of them out"))
}

fn variant_override(setting: &str) -> Override {
    match setting.split_once('=') {
        Some((key, value)) => Override::key("--contender", key.trim(), value.trim()),
        None => Override::with("--contender", setting),
    }
}
