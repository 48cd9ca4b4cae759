//! What can be seen: observables, their canonical form, and their extraction from text.
