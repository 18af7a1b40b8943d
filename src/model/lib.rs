//! The basic types of the simulator, without behaviour; and [`math`], the only access to `libm`.

pub mod action;
pub mod capacity;
pub mod catalogue;
pub mod claim;
pub mod decimal;
pub mod input_file;
pub mod job;
pub mod math;
pub mod name;
pub mod quantity;
pub mod time;
pub mod time_zone;
pub mod unit;
pub mod wait_reason;
pub mod week;
pub mod worker;
