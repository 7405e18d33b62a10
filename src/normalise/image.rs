//! The address a picture really has.
