//! Config sampling, the K-round loop, realiser and reader, the gate, admission
