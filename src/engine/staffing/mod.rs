//! Not needed to understand the kernel: places of workers that come and go, and the decisions of
//! autoscalers.

pub(crate) mod autoscaler;
pub(crate) mod places;
