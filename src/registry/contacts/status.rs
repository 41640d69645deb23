//! What the two statuses of a mailbox subscription mean together.
//!
//! `publicRegistrationStatus` is what a sender may rely on, `registrationStatus` says more. Where they contradict each
//! other the safer of the two readings holds: closed before all, because a deceased citizen's letter is for the estate;
//! digital only if both allow it; and not exempt where the registration is still to come, because mandatory mail may be
//! sent digitally to the exempt (facts/denmark.md §3.1, §8).

use crate::finding::shape;
use crate::letter::RecipientId;
use crate::registry::Status;

const PUBLIC: &str = "REGISTERED, EXEMPT, CLOSED, UNKNOWN";
const REGISTRATION: &str = "AUTOMATIC_REGISTRATION, VOLUNTARY_REGISTRATION, BEFORE_UNCONFIRMED_REGISTRATION, \
    UNCONFIRMED_REGISTRATION, EXEMPT_LEFT_THE_COUNTRY, EXEMPT_OTHER_REASON, CREATED_AWAITING_REGISTRATION, UNKNOWN";

/// The status for a sender; what was found and what is allowed if one of the two is no word of the registry.
pub fn of(
    public: Option<&str>,
    registration: Option<&str>,
) -> Result<Status, (String, &'static str)> {
    let public = match public {
        Some("REGISTERED") => Status::Reachable,
        Some("EXEMPT") => Status::Exempt,
        Some("CLOSED") => Status::Closed,
        Some("UNKNOWN") | None => Status::Unknown,
        Some(other) => return Err(unheard_of("publicRegistrationStatus", other, PUBLIC)),
    };
    let refined = match registration {
        Some("AUTOMATIC_REGISTRATION" | "VOLUNTARY_REGISTRATION" | "UNKNOWN") | None => None,
        Some("BEFORE_UNCONFIRMED_REGISTRATION" | "UNCONFIRMED_REGISTRATION") => {
            Some(Status::Unconfirmed)
        }
        Some("EXEMPT_LEFT_THE_COUNTRY" | "EXEMPT_OTHER_REASON") => Some(Status::Exempt),
        Some("CREATED_AWAITING_REGISTRATION") => Some(Status::AwaitingRegistration),
        Some(other) => return Err(unheard_of("registrationStatus", other, REGISTRATION)),
    };
    Ok(match (public, refined) {
        (Status::Closed, _) => Status::Closed,
        (_, Some(refined)) => refined,
        (public, None) => public,
    })
}

/// A contact without a mailbox subscription: only citizens who are about to be registered have none.
pub fn without_mailbox(id: &RecipientId) -> Status {
    match id {
        RecipientId::Cpr(_) => Status::AwaitingRegistration,
        _ => Status::Unknown,
    }
}

fn unheard_of(field: &str, word: &str, allowed: &'static str) -> (String, &'static str) {
    (format!("a {field} of the form `{}`", shape(word)), allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::{Cpr, Cvr};

    /// Every cell of the table of docs/formats-registry.md.
    #[test]
    fn every_pair_of_statuses() {
        use Status::{
            AwaitingRegistration as Awaiting, Closed, Exempt, Reachable, Unconfirmed, Unknown,
        };
        let columns = [
            Some("REGISTERED"),
            Some("EXEMPT"),
            Some("CLOSED"),
            Some("UNKNOWN"),
            None,
        ];
        let full = [Reachable, Exempt, Closed, Unknown, Unknown];
        let unconfirmed = [Unconfirmed, Unconfirmed, Closed, Unconfirmed, Unconfirmed];
        let exempt = [Exempt, Exempt, Closed, Exempt, Exempt];
        let awaiting = [Awaiting, Awaiting, Closed, Awaiting, Awaiting];
        for (registration, row) in [
            (Some("AUTOMATIC_REGISTRATION"), full),
            (Some("VOLUNTARY_REGISTRATION"), full),
            (Some("BEFORE_UNCONFIRMED_REGISTRATION"), unconfirmed),
            (Some("UNCONFIRMED_REGISTRATION"), unconfirmed),
            (Some("EXEMPT_LEFT_THE_COUNTRY"), exempt),
            (Some("EXEMPT_OTHER_REASON"), exempt),
            (Some("CREATED_AWAITING_REGISTRATION"), awaiting),
            (Some("UNKNOWN"), full),
            (None, full),
        ] {
            for (public, expected) in columns.into_iter().zip(row) {
                assert_eq!(
                    of(public, registration),
                    Ok(expected),
                    "{public:?} {registration:?}"
                );
            }
        }
    }

    #[test]
    fn other_words_are_refused_by_their_shape() {
        let (found, allowed) = of(Some("Dead 7"), None).unwrap_err();
        assert_eq!(found, "a publicRegistrationStatus of the form `Aaaa 9`");
        assert_eq!(allowed, PUBLIC);
        let (found, allowed) = of(Some("REGISTERED"), Some("")).unwrap_err();
        assert_eq!(found, "a registrationStatus of the form ``");
        assert_eq!(allowed, REGISTRATION);
    }

    #[test]
    fn no_subscription_yet() {
        let citizen = RecipientId::Cpr(Cpr::from_digits("6101600000").unwrap());
        assert_eq!(without_mailbox(&citizen), Status::AwaitingRegistration);
        let company = RecipientId::Cvr(Cvr::from_digits("00000019").unwrap());
        assert_eq!(without_mailbox(&company), Status::Unknown);
    }
}
