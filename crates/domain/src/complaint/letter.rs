//! The words of the mail that a complaint was answered.

use super::Complaint;
use crate::ids;
use crate::mail::Letter;

/// To a customer whose complaint was answered.
pub(super) fn answered(base_url: &str, to: &str, complaint: &Complaint, answer: &str, refund: Option<&str>) -> Letter {
    let order = ids::shown(complaint.product, complaint.order);
    let refund = refund.map(|amount| format!("${amount} came back to your balance.\n\n")).unwrap_or_default();
    Letter {
        to: to.to_owned(),
        kind: "complaint_answered",
        subject: format!("Your report about {order} was answered"),
        body: format!(
            "You reported the order {order} at {base_url}. This is the answer:\n\n{answer}\n\n{refund}\
             Your reports and their answers: {base_url}/complaints/\n"
        ),
        end_ms: None,
    }
}
