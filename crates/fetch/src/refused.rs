/// Why something was not fetched: each with a sentence that the person who typed the address can act on. None of them
/// holds more of the address than its host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// This house fetches nothing.
    #[error("This is a demonstration: it fetches nothing from elsewhere")]
    Closed,
    /// It cannot be read as an address.
    #[error("Enter a whole web address, like https://example.org/feed")]
    NotAnAddress,
    /// Neither `http` nor `https`, or `http` where only `https` is wanted.
    #[error("Start the address with https://")]
    Scheme,
    /// `https://name:password@...`.
    #[error("Leave the name and password out of the address")]
    NamesAUser,
    /// A port of another service than the web.
    #[error("Leave the port out of the address, or use one above 1023")]
    Port,
    /// It leads into a private network.
    #[error("{host} is not on the open internet, so we do not fetch from it")]
    NotPublic {
        /// The host alone.
        host: String,
    },
    /// The name leads nowhere.
    #[error("{host} was not found. Check the spelling of the address")]
    NotFound {
        /// The host alone.
        host: String,
    },
    /// Round and round.
    #[error("The address sends us on too often")]
    TooManyRedirects,
    /// Longer than the limit in all.
    #[error("It took too long to answer")]
    TooSlow,
    /// More than the limit, as it came or unpacked.
    #[error("It sends more than we take, which is {megabytes} MB")]
    TooBig {
        /// The limit.
        megabytes: u64,
    },
    /// No connection, a certificate that does not hold, a connection that broke, an answer that is not one.
    #[error("It could not be reached, or the connection broke")]
    Unreachable,
    /// Packed in a way we did not ask for, or so that it cannot be unpacked.
    #[error("Its answer could not be unpacked")]
    BadlyPacked,
    /// This house's own configuration of what may be fetched cannot be read.
    #[error("The list of private addresses that may be fetched has an entry that cannot be read: {entry}")]
    Configuration {
        /// Which.
        entry: String,
    },
}

impl Refused {
    /// Whether trying again later may help without anybody changing the address.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Refused::NotFound { .. } | Refused::TooSlow | Refused::Unreachable | Refused::BadlyPacked
        )
    }
}
