//! Import cycles: inside a crate, no two modules depend on each other, directly or through others.
//!
//! A module is a file. It depends on the modules that its paths name: by `crate::`, `super::` or
//! `self::`, or by the name of a child. A re-export is no dependency; a path through one leads to
//! the module that defines the item.

use std::collections::{BTreeMap, BTreeSet};

use super::{none, texts};

/// A module's path inside its crate; the root's is empty.
type Path = Vec<String>;

/// The code of a module without comments and without its unit tests.
struct Module {
    file: String,
    code: String,
}

/// The modules of a crate by path.
struct Crate(BTreeMap<Path, Module>);

/// Each crate of `src` by its folder.
fn crates() -> BTreeMap<String, Crate> {
    let mut crates: BTreeMap<String, Crate> = BTreeMap::new();
    for (file, text) in texts("src", "rs") {
        let parts: Vec<&str> = file.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap().split('/').collect();
        let [folder, inner @ ..] = &parts[..] else { unreachable!("a file has a name") };
        let is_file_of_folder = inner.last().is_some_and(|name| ["lib", "mod"].contains(name));
        let path = inner[..inner.len() - usize::from(is_file_of_folder)].iter().map(|&part| part.to_owned()).collect();
        if !inner.is_empty() {
            let of_crate = crates.entry(format!("src/{folder}")).or_insert_with(|| Crate(BTreeMap::new()));
            of_crate.0.insert(path, Module { file: file.clone(), code: code(&text) });
        }
    }
    crates.values_mut().for_each(Crate::drop_test_modules);
    crates
}

/// A text without comments and without what follows `#[cfg(test)] mod`.
fn code(text: &str) -> String {
    let end = text
        .match_indices("#[cfg(test)]\nmod ")
        .find(|(at, found)| text[at + found.len()..].lines().next().is_some_and(|line| line.ends_with('{')));
    let text = &text[..end.map_or(text.len(), |(at, _)| at)];
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// All paths of a tree such as `a::{b, c::d}`, which is at the start of a text.
fn expand(text: &str) -> Vec<Path> {
    let mut paths = Vec::new();
    read_tree(text.trim_start(), &Vec::new(), &mut paths);
    paths
}

/// Reads one tree behind a prefix, and returns the text after it.
fn read_tree<'a>(text: &'a str, prefix: &Path, paths: &mut Vec<Path>) -> &'a str {
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches([',', ' ', '\n']);
            if rest.is_empty() || rest.starts_with('}') {
                return rest.strip_prefix('}').unwrap_or(rest);
            }
            let after = read_tree(rest, prefix, paths);
            // After `as name`, and whatever else is not a path.
            rest = if after.len() == rest.len() { "" } else { &after[after.find([',', '}']).unwrap_or(after.len())..] };
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(text.len());
    let path = [&prefix[..], &[text[..end].to_owned()]].concat();
    match text[end..].strip_prefix("::") {
        Some(rest) if !rest.starts_with('<') => read_tree(rest, &path, paths),
        _ => {
            paths.push(path);
            &text[end..]
        }
    }
}

impl Crate {
    /// Leaves out the files that are compiled for unit tests only.
    fn drop_test_modules(&mut self) {
        let mut dropped: Vec<Path> = Vec::new();
        for (path, module) in &self.0 {
            for declaration in module.code.split("#[cfg(test)]\n").skip(1) {
                let line = declaration.lines().next().unwrap_or("");
                let name = line.split("mod ").nth(1).and_then(|rest| rest.strip_suffix(';'));
                dropped.extend(name.map(|name| [&path[..], &[name.to_owned()]].concat()));
            }
        }
        self.0.retain(|path, _| !dropped.iter().any(|dropped| path.starts_with(dropped)));
    }

    fn is_module(&self, path: &[String]) -> bool {
        self.0.contains_key(path)
    }

    /// Where whole paths begin with `start::` in a module's code: the text before and from there
    /// on.
    fn starts<'a>(code: &'a str, start: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let found = code.match_indices(start).map(|(at, _)| code.split_at(at));
        found.filter(move |(before, from)| !before.ends_with(is_part) && from[start.len()..].starts_with("::"))
    }

    /// The names of a module's children.
    fn children(&self, path: &Path) -> Vec<&str> {
        let is_child = |other: &&Path| other.len() == path.len() + 1 && other.starts_with(path);
        self.0.keys().filter(is_child).map(|child| child[path.len()].as_str()).collect()
    }

    /// The paths that a module names, from the root of the crate, and whether each is a re-export.
    fn named(&self, module: &Path) -> Vec<(Path, bool)> {
        let mut named = Vec::new();
        let code = &self.0[module].code;
        for start in [&["crate", "super", "self"][..], &self.children(module)].concat() {
            for (before, from) in Crate::starts(code, start) {
                let statement = before.rsplit([';', '}']).next().unwrap_or("").trim_start();
                let is_reexport = statement.starts_with("pub") && statement.trim_end().ends_with("use");
                named.extend(expand(from).into_iter().map(|path| (absolute(module, &path), is_reexport)));
            }
        }
        named
    }

    /// The module that defines what a path names, if it is one of this crate.
    fn definer(&self, path: &[String]) -> Option<Path> {
        let depth = (0..=path.len()).rev().find(|&depth| self.is_module(&path[..depth]))?;
        let module: Path = path[..depth].to_vec();
        let Some(item) = path.get(depth) else { return Some(module) };
        let code = &self.0[&module].code;
        if depth == 0 && Crate::starts(code, "claimsim").count() == 0 && code.contains(&format!(" as {item};")) {
            return None;
        }
        let reexported = self.named(&module).into_iter().find(|(named, is_reexport)| {
            *is_reexport && named.last() == Some(item) && named.len() > depth + 1 && **named != *path
        });
        match reexported {
            Some((target, _)) => self.definer(&target),
            None => Some(module),
        }
    }

    /// The modules that each module depends on.
    fn dependencies(&self) -> BTreeMap<&Path, BTreeSet<Path>> {
        let of = |module: &Path| {
            let named = self.named(module).into_iter().filter(|(_, is_reexport)| !is_reexport);
            let targets = named.filter_map(|(path, _)| self.definer(&path));
            targets.filter(|target| target != module).collect::<BTreeSet<Path>>()
        };
        self.0.keys().map(|module| (module, of(module))).collect()
    }

    /// The dependencies that are part of a cycle, as pairs of files.
    fn cycles(&self) -> Vec<String> {
        let direct = self.dependencies();
        let reachable = |from: &Path| {
            let (mut reached, mut open) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(next) = open.pop() {
                open.extend(direct[&next].iter().filter(|target| reached.insert((*target).clone())).cloned());
            }
            reached
        };
        let all: BTreeMap<&Path, BTreeSet<Path>> = direct.keys().map(|&from| (from, reachable(from))).collect();
        let pairs = direct.iter().flat_map(|(&from, targets)| targets.iter().map(move |to| (from, to)));
        let in_cycle = pairs.filter(|(from, to)| all[to].contains(*from));
        in_cycle.map(|(from, to)| format!("{} -> {}", self.0[from].file, self.0[to].file)).collect()
    }
}

/// A path that a module names, from the root of the crate.
fn absolute(module: &[String], path: &[String]) -> Path {
    match path[0].as_str() {
        "crate" => path[1..].to_vec(),
        "self" => [module, &path[1..]].concat(),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            [&module[..module.len().saturating_sub(ups)], &path[ups..]].concat()
        }
        _ => [module, path].concat(),
    }
}

#[test]
fn no_module_depends_on_itself_through_others() {
    let faults: Vec<String> = crates().into_values().flat_map(|of_crate| of_crate.cycles()).collect();
    none(
        &faults,
        "these imports form cycles: move what both sides need into a module below both, or pass it as an argument",
    );
}

#[test]
fn cycles_are_found_through_reexports_and_between_parent_and_child() {
    let module = |path: &str, code: &str| {
        let path = path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect::<Path>();
        (path.clone(), Module { file: path.join("/"), code: code.to_owned() })
    };
    let sound = Crate(BTreeMap::from([
        module("", "mod a;\nuse claimsim_model as model;\npub use a::A;"),
        module("a", "mod b;\npub use b::{B, C as D};\nuse crate::model::time;\npub struct A;"),
        module("a::b", "use super::c::X;"),
        module("a::c", ""),
    ]));
    assert_eq!(sound.cycles(), Vec::<String>::new());
    let circular = Crate(BTreeMap::from([
        module("", "mod a; mod e;"),
        module("a", "mod b;\npub use b::B;\nfn f() { b::f() }\npub struct A;"),
        module("a::b", "use super::{A, c::{X}};"),
        module("a::c", "use crate::a::B;"),
    ]));
    assert_eq!(circular.cycles(), ["a -> a/b", "a/b -> a", "a/b -> a/c", "a/c -> a/b"]);
}
