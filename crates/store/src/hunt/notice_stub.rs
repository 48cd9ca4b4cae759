//! The place where notices of hits go.

use crate::error::Result;
use crate::sql::Tx;

/// Puts hits into the queues of channels, in the transaction that makes the hits.
pub(super) fn enqueue(_tx: &Tx, _pairs: &[(i64, i64)]) -> Result<()> {
    Ok(())
}
