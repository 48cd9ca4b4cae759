//! Gets it: recipes, schedule, fetching, external collectors.
