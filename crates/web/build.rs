//! Makes Rust of what is no Rust: the two language tables, and the assets with their fingerprints.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for input in ["build.rs", "i18n", "assets"] {
        println!("cargo::rerun-if-changed={input}");
    }
    fs::write(out.join("words.rs"), words(&here.join("i18n"))?)?;
    fs::write(out.join("assets.rs"), assets(&here.join("assets"), &out)?)?;
    Ok(())
}

/// A struct with a field a key, and a static of it a language. A key that only one language has
/// fails the build; one that nothing uses is a field that is never read.
fn words(folder: &Path) -> Result<String> {
    let (english, japanese) = (table(folder, "en")?, table(folder, "ja")?);
    for (one, other, missing) in [(&english, &japanese, "ja"), (&japanese, &english, "en")] {
        for key in one.keys().filter(|key| !other.contains_key(*key)) {
            println!("cargo::error=i18n/{missing}.toml has no {key}");
        }
    }
    let mut code = String::from("/// Everything the pages say that is not data.\n");
    code.push_str("pub(crate) struct Words {\n");
    for (key, text) in &english {
        // What it says is its documentation.
        writeln!(
            code,
            "    #[doc = {text:?}]\n    pub(crate) {key}: &'static str,"
        )?;
    }
    code.push_str("}\n");
    for (name, table) in [("ENGLISH", &english), ("JAPANESE", &japanese)] {
        writeln!(code, "static {name}: Words = Words {{")?;
        for (key, text) in table {
            writeln!(code, "    {key}: {text:?},")?;
        }
        code.push_str("};\n");
    }
    Ok(code)
}

fn table(folder: &Path, language: &str) -> Result<BTreeMap<String, String>> {
    let path = folder.join(format!("{language}.toml"));
    let text = fs::read_to_string(&path)?;
    let table = toml::from_str(&text);
    table.map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The style and the script are many files and one asset each; the pictures stand for themselves.
fn assets(folder: &Path, out: &Path) -> Result<String> {
    let mut code = String::new();
    for (name, kind, of) in [
        ("STYLE", "css", "style"),
        ("SCRIPT", "js", "script"),
        ("ICONS", "svg", "icons.svg"),
        ("FLAME", "svg", "flame.svg"),
    ] {
        let text = read(&folder.join(of))?;
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let stem = name.to_ascii_lowercase();
        let file = format!("{stem}.{:016x}.{kind}", hasher.finish());
        let path = out.join(format!("{stem}.{kind}"));
        fs::write(&path, text)?;
        writeln!(
            code,
            "pub(crate) static {name}: Asset = Asset {{ file: {file:?}, url: \"/assets/{file}\", \
            text: include_str!({path:?}) }};"
        )?;
    }
    Ok(code)
}

/// A file, or all files of a folder in the order of their names.
fn read(path: &Path) -> Result<String> {
    if path.is_file() {
        return Ok(fs::read_to_string(path)?);
    }
    let mut files = fs::read_dir(path)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<PathBuf>>>()?;
    files.sort();
    let mut text = String::new();
    for file in files {
        text.push_str(&fs::read_to_string(file)?);
    }
    Ok(text)
}
