//! Any Python pattern is read or refused at a place within it; what is read finds its matches in any
//! text. The first line is the pattern, the rest the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use noroshi_watch::Pattern;

fuzz_target!(|input: &str| {
    let (pattern, text) = input.split_once('\n').unwrap_or((input, ""));
    match Pattern::python(pattern) {
        Ok(ready) => assert_eq!(ready.is_match(text), ready.findall(text).is_some()),
        Err(error) => {
            let chars = pattern.chars().count();
            assert!(error.length >= 1 && error.column >= 1 && error.column <= chars + 1);
        }
    }
});
