//! What the server keeps of files, seen from outside.

use std::path::PathBuf;

use super::TestServer;

impl TestServer {
    /// Every blob that is whole.
    pub(crate) fn blob_files(&self) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.folder.path().join("blobs")).unwrap();
        folders
            .map(|folder| folder.unwrap().path())
            .filter(|folder| !folder.ends_with("tmp") && !folder.ends_with("growing"))
            .flat_map(|folder| std::fs::read_dir(folder).unwrap())
            .map(|file| file.unwrap().path())
            .collect()
    }

    /// How many blobs are whole.
    pub(crate) fn blobs(&self) -> usize {
        self.blob_files().len()
    }

    /// Every blob that grows.
    pub(crate) fn growing_files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.folder.path().join("blobs/growing")).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    }

    /// How many are being written.
    pub(crate) fn half_written(&self) -> usize {
        let processes = std::fs::read_dir(self.folder.path().join("blobs/tmp")).unwrap();
        processes
            .flat_map(|process| std::fs::read_dir(process.unwrap().path()).unwrap())
            .filter(|file| file.as_ref().unwrap().file_name() != "lock")
            .count()
    }
}
