//! Messages out: e-mail by SMTP, text messages and e-mail through GOV.UK Notify, behind one interface.

mod message;

pub use message::{Message, MessageId, Template, To, queue};
