//! Which rules about practice a run applies: what the command line says, or else the configuration.

use super::args::scan::Lints;
use crate::config::{Config, Level, LintSet};
use crate::lint::{Preset, Selection, Setting};

/// The rules of a run.
pub fn selection(asked: Option<Lints>, config: &Config) -> Selection {
    let setting = |level: Level| match level {
        Level::Off => Setting::Off,
        Level::On | Level::Severity(_) => Setting::On,
    };
    let rules = config.rules.iter().map(|(rule, level)| (rule.clone(), setting(level.value)));
    Selection { preset: preset(asked, config), rules: rules.collect() }
}

fn preset(asked: Option<Lints>, config: &Config) -> Preset {
    match (asked, config.lints.value) {
        (Some(Lints::Default), _) | (None, LintSet::Default) => Preset::Default,
        (Some(Lints::All), _) | (None, LintSet::All) => Preset::All,
        (Some(Lints::None), _) | (None, LintSet::None) => Preset::None,
    }
}
