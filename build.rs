//! Lets cargo work before the pages were built, and rebuild after: the folders whose files go into the binary exist,
//! and a change in them is a change of the crate.

fn main() {
    for folder in ["console/dist", "client/dist"] {
        // What cannot be created is missing, which the embedding of the files allows.
        let _ = std::fs::create_dir_all(folder);
        println!("cargo:rerun-if-changed={folder}");
    }
}
