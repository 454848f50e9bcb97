//! Files that a command writes where a person says: always new ones. What is there already — a file, a link, a device,
//! the input, the council's own database — is never written over.

use anyhow::{Context, bail};
use kernel::Fault;
use std::{
    fs::{File, OpenOptions},
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// A new file that has its name only once it is whole.
pub(crate) struct NewFile {
    path: PathBuf,
    beside: PathBuf,
    /// What is written.
    pub file: File,
    is_named: bool,
}

impl NewFile {
    /// Begins beside the name, which must be free.
    pub fn begin(path: &Path) -> Result<NewFile, Fault> {
        // A link counts as there, wherever it leads.
        if path.symlink_metadata().is_ok() {
            bail!("{}", there_already(path));
        }
        let beside = path.with_added_extension("part");
        let file = create(&beside)?;
        Ok(NewFile { path: path.to_owned(), beside, file, is_named: false })
    }

    /// Flushes it and gives it its name. Whoever took the name meanwhile keeps it.
    pub fn finish(mut self) -> Result<(), Fault> {
        self.file.sync_all().with_context(|| format!("writing {}", self.path.display()))?;
        // The name is taken with an empty file of our own, so that nobody else's can be replaced.
        create(&self.path)?;
        std::fs::rename(&self.beside, &self.path)
            .with_context(|| format!("naming {}", self.path.display()))?;
        self.is_named = true;
        Ok(())
    }
}

impl Drop for NewFile {
    /// Half a file is of no use, and would stand in the way of the next try.
    fn drop(&mut self) {
        if !self.is_named {
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

fn create(path: &Path) -> Result<File, Fault> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => bail!("{}", there_already(path)),
        Err(error) => Err(error).with_context(|| format!("writing {}", path.display())),
    }
}

fn there_already(path: &Path) -> String {
    format!("there is already something at {}: choose a name that is not there", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn nothing_that_is_there_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("hearth.db"), "the council's own").unwrap();
        std::os::unix::fs::symlink(at("hearth.db"), at("link")).unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
        for taken in [at("hearth.db"), at("link"), at("dangling"), PathBuf::from("/dev/null"), at("")] {
            let refused = NewFile::begin(&taken).map(|_| ()).unwrap_err().to_string();
            assert!(refused.contains("choose a name that is not there"), "{refused}");
        }
        std::fs::write(at("b.part"), "somebody's").unwrap();
        assert!(NewFile::begin(&at("b")).is_err());
        assert_eq!(std::fs::read_to_string(at("b.part")).unwrap(), "somebody's");
        assert_eq!(std::fs::read_to_string(at("hearth.db")).unwrap(), "the council's own");
        assert!(!at("nowhere").exists());
    }

    #[test]
    fn a_file_has_its_name_once_it_is_whole_and_whoever_took_it_meanwhile_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a"), folder.path().join("b"));
        let mut new = NewFile::begin(&first).unwrap();
        new.file.write_all(b"whole").unwrap();
        assert!(!first.exists());
        new.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&first).unwrap(), "whole");
        let new = NewFile::begin(&second).unwrap();
        std::fs::write(&second, "theirs").unwrap();
        assert!(new.finish().is_err());
        assert_eq!(std::fs::read_to_string(&second).unwrap(), "theirs");
        drop(NewFile::begin(&folder.path().join("c")).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no half file is left");
    }
}
