//! Matches of something, at one place.

use noroshi_query::limits::MAX_REGEX_BYTES;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Builder, NFA, State, Transition};
use regex_automata::util::captures::Captures;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, HalfMatch, Input, hybrid};
use regex_syntax::hir::Hir;

/// A pattern that matches only once it has moved. Its automaton is the pattern's own, twice: a
/// step over a byte leads from the first into the second, and only the second can match. So the
/// order of preference among what remains is the pattern's.
#[derive(Debug)]
pub(super) struct Advance {
    /// Tells quickly where it ends.
    quick: hybrid::dfa::DFA,
    /// Tells the groups.
    exact: PikeVM,
}

impl Advance {
    /// `None` if it is too big.
    pub(super) fn new(hir: &Hir) -> Option<Advance> {
        let config = NFA::config().nfa_size_limit(Some(MAX_REGEX_BYTES));
        let once = NFA::compiler().configure(config).build_from_hir(hir).ok()?;
        let moved = moved(&once)?;
        let quick = hybrid::dfa::DFA::builder()
            .configure(
                hybrid::dfa::DFA::config()
                    .cache_capacity(MAX_REGEX_BYTES)
                    .skip_cache_capacity_check(true),
            )
            .build_from_nfa(moved.clone())
            .ok()?;
        let exact = PikeVM::new_from_nfa(moved).ok()?;
        Some(Advance { quick, exact })
    }

    /// The memory of a search.
    pub(super) fn cache(&self) -> hybrid::dfa::Cache {
        self.quick.create_cache()
    }

    /// A match of something that begins just there, if there is one.
    pub(super) fn at(
        &self,
        cache: &mut hybrid::dfa::Cache,
        text: &[u8],
        at: usize,
    ) -> Option<Captures> {
        let input = Input::new(text).range(at..).anchored(Anchored::Yes);
        let input = match self.quick.try_search_fwd(cache, &input) {
            Ok(None) => return None,
            Ok(Some(end)) => input.range(at..HalfMatch::offset(&end)),
            Err(_) => input,
        };
        let mut captures = self.exact.create_captures();
        let mut cache = self.exact.create_cache();
        self.exact.search(&mut cache, &input, &mut captures);
        captures.is_match().then_some(captures)
    }
}

fn moved(once: &NFA) -> Option<NFA> {
    let count = once.states().len();
    // So that every number there will be is one.
    StateID::new(2 * count).ok()?;
    let mut builder = Builder::new();
    builder.set_utf8(once.is_utf8());
    builder.set_look_matcher(once.look_matcher().clone());
    builder.set_size_limit(Some(2 * MAX_REGEX_BYTES)).ok()?;
    builder.start_pattern().ok()?;
    for second in [false, true] {
        for state in once.states() {
            add(&mut builder, state, second, count)?;
        }
    }
    let start = once.start_anchored();
    builder.finish_pattern(start).ok()?;
    builder.build(start, start).ok()
}

/// Adds a state to the first automaton or the second; states get numbers in order.
fn add(builder: &mut Builder, state: &State, second: bool, count: usize) -> Option<()> {
    let shift =
        |id: StateID, second: bool| StateID::must(id.as_usize() + if second { count } else { 0 });
    let here = |id: StateID| shift(id, second);
    let moved = |step: &Transition| Transition {
        next: shift(step.next, true),
        ..*step
    };
    match state {
        State::ByteRange { trans } => builder.add_range(moved(trans)),
        State::Sparse(steps) => builder.add_sparse(steps.transitions.iter().map(moved).collect()),
        State::Dense(steps) => {
            let steps = (0..=u8::MAX).zip(steps.transitions.iter());
            let steps = steps.filter(|(_, next)| **next != StateID::ZERO);
            let step = |(byte, next): (u8, &StateID)| Transition {
                start: byte,
                end: byte,
                next: shift(*next, true),
            };
            builder.add_sparse(steps.map(step).collect())
        }
        State::Look { look, next } => builder.add_look(here(*next), *look),
        State::Union { alternates } => {
            builder.add_union(alternates.iter().copied().map(here).collect())
        }
        State::BinaryUnion { alt1, alt2 } => builder.add_union(vec![here(*alt1), here(*alt2)]),
        State::Capture {
            next,
            group_index,
            slot,
            ..
        } if slot.as_usize() % 2 == 0 => {
            builder.add_capture_start(here(*next), group_index.as_u32(), None)
        }
        State::Capture {
            next, group_index, ..
        } => builder.add_capture_end(here(*next), group_index.as_u32()),
        State::Match { .. } if second => builder.add_match(),
        State::Match { .. } | State::Fail => builder.add_fail(),
    }
    .ok()?;
    Some(())
}
