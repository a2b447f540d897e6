//! The run store: resume, merge, exports
