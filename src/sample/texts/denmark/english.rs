//! What is also written in English, for newcomers.

use super::super::super::markup::Markup;
use super::{Case, Meeting};

/// Call to a meeting.
pub fn appointment(out: &mut Markup<'_>, case: &Case) {
    let meeting = Meeting::of(case);
    out.paragraph("We would like to meet you to talk about your plan for finding work. The meeting takes one hour. You are welcome to bring a member of your family or somebody else you trust.");
    out.key_values(&[
        ("Day", meeting.day.1),
        ("Time", &format!("{}:{:02}", meeting.hour, meeting.minute)),
        ("Place", meeting.place),
        ("Your caseworker", &case.officer),
    ]);
    out.heading("Please bring");
    out.list(
        "bullet",
        &[
            "photo identification",
            "your CV, if you have one",
            "questions you would like to ask",
        ],
    );
    out.paragraph("If you need an interpreter or cannot come on that day, please tell us at least two days before. You can change the time online. If you stay away without a reason, it may affect your benefits.");
    out.heading("About this letter");
    out.paragraph("This is a translation of the Danish letter that we send in such cases. If the two should differ, the Danish one is valid. You can get it from us at any time.");
    out.paragraph("If you have any questions, please call us on +45 99 99 00 00, Monday to Friday from 9 to 15, and have your case number at hand.");
    out.paragraph_of(&[
        "Kind regards<br/><b>",
        &case.officer,
        "</b><br/>Job consultant",
    ]);
}
