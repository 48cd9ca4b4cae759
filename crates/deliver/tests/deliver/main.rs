//! Sending, against servers on loopback that speak the services' documented wire formats.
