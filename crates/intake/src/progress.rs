/// How far something has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Records that were read, of how many if that is known.
    Read {
        /// So many.
        done: usize,
        /// Of so many.
        of: Option<usize>,
    },
    /// Records that were taken in.
    Taken {
        /// So many.
        done: usize,
        /// Of so many.
        of: usize,
    },
}

/// Who wants to know.
pub type Progress<'a> = &'a (dyn Fn(Step) + Send + Sync);

/// Nobody.
pub fn nobody(_: Step) {}
