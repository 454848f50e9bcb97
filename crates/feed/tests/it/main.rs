//! The feed as a stranger sees it: the black-box checks of the standard's reference, through the real router on both
//! databases, over the demonstration council and a few entries that are there to trip it.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod ages_and_times;
mod conditions;
mod filters;
mod hostile;
mod pages;
mod paging;
mod private;
mod projection;
mod records;
mod schemas;
mod support;
