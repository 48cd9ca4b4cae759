//! Shows it: routes, API, sign-in.
