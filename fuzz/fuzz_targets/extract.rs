//! Free text: places are right, findings do not overlap, values parse to themselves.
#![no_main]

use libfuzzer_sys::fuzz_target;
use noroshi_indicator::Observable;
use noroshi_indicator::extract::{derived, extract, unique};

fuzz_target!(|text: &str| {
    let found = extract(text);
    let mut last = 0;
    for one in &found {
        assert!(one.start >= last && one.start < one.end, "{one:?}");
        assert_eq!(text.get(one.start..one.end), Some(one.text));
        last = one.end;
        let observable = &one.observable;
        assert_eq!(Observable::parse(observable.kind(), observable.value()).as_ref(), Ok(observable));
        assert_eq!(Observable::parse(observable.kind(), &observable.defanged()).as_ref(), Ok(observable));
    }
    let hosts = derived(&found);
    for host in &hosts {
        let observable = &host.observable;
        assert_eq!(Observable::parse(observable.kind(), observable.value()).as_ref(), Ok(observable));
    }
    let total = found.len() + hosts.len();
    assert!(unique(found.into_iter().chain(hosts).collect()).len() <= total);
});
