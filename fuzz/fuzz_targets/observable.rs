//! One value: detection and every kind's parser, and all that is derived from what they accept.
#![no_main]

use libfuzzer_sys::fuzz_target;
use noroshi_indicator::{Kind, Observable, fold, refang, tokens};

fuzz_target!(|text: &str| {
    if let Ok(found) = Observable::detect(text) {
        check(&found.observable);
    }
    for kind in Kind::ALL {
        if let Ok(observable) = Observable::parse(*kind, text) {
            check(&observable);
        }
    }
    let _ = refang(text);
    let folded = fold(text);
    assert_eq!(fold(&folded), folded);
    let _ = tokens(text);
});

fn check(observable: &Observable) {
    same(observable, observable.value());
    same(observable, &observable.defanged());
    let _ = (observable.key(), observable.display(), observable.reversed_name());
    for one in observable.host().into_iter().chain(observable.registered_domain()).chain(observable.parents()) {
        same(&one, one.value());
    }
    let range = observable.address_range();
    for network in observable.networks() {
        same(&network, network.value());
        let ((low, high), (first, last)) = network.address_range().zip(range).expect("addresses have ranges");
        assert!(low <= first && last <= high);
    }
}

fn same(observable: &Observable, text: &str) {
    assert_eq!(Observable::parse(observable.kind(), text).as_ref(), Ok(observable), "{text:?}");
}
