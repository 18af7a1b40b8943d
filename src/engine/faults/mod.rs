//! Not needed to understand the kernel: which workers are down and which are known to be, and
//! requests to cancel.

pub(crate) mod cancel_requests;
pub(crate) mod failure_detector;
