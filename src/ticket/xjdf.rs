//! The job ticket of a part in XJDF 2, and the XJMF message that submits it. Names as `facts/print.md` §4.6 and the schema of
//! CIP4 have them.

use std::fmt::Display;
use std::io;
use std::path::Path;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};

use super::package::{TICKET, file_name};
use super::{Options, Order};
use crate::disk::{WrittenFile, hex};
use crate::letter::{Colour, Envelope, Sides};
use crate::spool::PartSummary;

/// Namespace of XJDF 2.
pub(super) const NAMESPACE: &str = "http://www.CIP4.org/JDFSchema_2_0";
/// Name of the program, and of what sends.
const AGENT: &str = "Lettermill";
/// A4 in points of 1/72 inch.
const A4_POINTS: &str = "595.276 841.89";
const PDF: &str = "application/pdf";

type Xml = Writer<Vec<u8>>;
/// Names and values of the attributes of an element.
type Attributes<'a> = &'a [(&'a str, &'a str)];

/// The ticket of a part, with names of files as they lie beside each other.
pub(super) fn ticket(
    options: &Options,
    order: &Order,
    part: &PartSummary,
    pdf: &WrittenFile,
    control: Option<&Path>,
) -> io::Result<Vec<u8>> {
    let mut xml = document()?;
    let job_id = order.job_id();
    let part_id = format!("{}-{:04}", part.class, part.number);
    let title = format!("{}, {}, part {}", order.batch, part.class, part.number);
    let envelope = part.envelope.name();
    let flat = part.envelope == Envelope::C4;
    let types = match flat {
        true => "DigitalPrinting Inserting",
        false => "DigitalPrinting Folding Inserting",
    };
    let attributes = [
        ("xmlns", NAMESPACE),
        ("JobID", &job_id),
        ("JobPartID", &part_id),
        ("DescriptiveName", &title),
        ("Types", types),
    ];
    xml.create_element("XJDF")
        .with_attributes(attributes)
        .write_inner_content(|xml| {
            with(xml, "AuditPool", &[], |xml| {
                with(xml, "AuditCreated", &[], |xml| {
                    header(xml, &time(order), Some("a1"))
                })
            })?;
            ids(xml, order, part, pdf, control)?;
            products(xml, order, part, envelope)?;
            resources(xml, options, order, part, pdf)
        })?;
    Ok(ended(xml))
}

/// The message that submits `ticket.xjdf` of a package; `gang` is the print class.
pub(super) fn message(gang: &str, time: &str) -> io::Result<Vec<u8>> {
    let mut xml = document()?;
    xml.create_element("XJMF")
        .with_attribute(("xmlns", NAMESPACE))
        .write_inner_content(|xml| {
            header(xml, time, None)?;
            with(xml, "CommandSubmitQueueEntry", &[], |xml| {
                header(xml, time, Some("m1"))?;
                let attributes = [("URL", TICKET), ("GangName", gang)];
                empty(xml, "QueueSubmissionParams", &attributes)
            })
        })?;
    Ok(ended(xml))
}

/// When a ticket was made: the beginning of the day of its batch, so that the same batch gives the same bytes.
fn time(order: &Order) -> String {
    format!("{}T00:00:00Z", order.job.date)
}

fn document() -> io::Result<Xml> {
    let mut xml = Writer::new_with_indent(Vec::with_capacity(4096), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(xml)
}

fn ended(xml: Xml) -> Vec<u8> {
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    bytes
}

fn with(
    xml: &mut Xml,
    name: &str,
    attributes: Attributes<'_>,
    inside: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let element = xml.create_element(name);
    let attributes = attributes.iter().copied();
    element
        .with_attributes(attributes)
        .write_inner_content(inside)?;
    Ok(())
}

fn empty(xml: &mut Xml, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
    let element = xml.create_element(name);
    element
        .with_attributes(attributes.iter().copied())
        .write_empty()?;
    Ok(())
}

fn header(xml: &mut Xml, time: &str, id: Option<&str>) -> io::Result<()> {
    let mut attributes = vec![
        ("AgentName", AGENT),
        ("AgentVersion", env!("CARGO_PKG_VERSION")),
        ("DeviceID", AGENT),
    ];
    attributes.extend(id.map(|id| ("ID", id)));
    attributes.push(("Time", time));
    empty(xml, "Header", &attributes)
}

/// What belongs to the part, and how much it holds: an XJDF has no place for a list of pieces.
fn ids(
    xml: &mut Xml,
    order: &Order,
    part: &PartSummary,
    pdf: &WrittenFile,
    control: Option<&Path>,
) -> io::Result<()> {
    let mut id = |usage, value: &dyn Display| {
        let value = value.to_string();
        empty(xml, "GeneralID", &[("IDUsage", usage), ("IDValue", &value)])
    };
    id("Batch", &order.batch)?;
    id("PrintClass", &part.class)?;
    id("FirstPiece", &part.first_piece)?;
    id("Pieces", &part.pieces)?;
    id("Sheets", &part.sheets)?;
    id("Pages", &part.pages)?;
    id("WeightMilligrams", &part.weight_mg)?;
    id("PDFSHA256", &hex(&pdf.sha256))?;
    id("PiecesFile", &file_name(&part.csv))?;
    if let Some(control) = control {
        id("ControlFile", &file_name(control))?;
    }
    Ok(())
}

/// What comes out: envelopes, each with one letter and what the stations give it.
fn products(xml: &mut Xml, order: &Order, part: &PartSummary, envelope: &str) -> io::Result<()> {
    let sides = part.sides == Sides::Duplex;
    let colour = part.colour == Colour::Colour;
    let inks = if colour {
        "Cyan Magenta Yellow Black"
    } else {
        "Black"
    };
    let pieces = part.pieces.to_string();
    let weight = order.paper_grams_m2.to_string();
    with(xml, "ProductList", &[], |xml| {
        let root = [
            ("Amount", &*pieces),
            ("IsRoot", "true"),
            ("ProductType", "FilledEnvelope"),
        ];
        with(xml, "Product", &root, |xml| {
            with(xml, "Intent", &[("Name", "AssemblingIntent")], |xml| {
                with(xml, "AssemblingIntent", &[("Container", "ENV")], |xml| {
                    empty(xml, "BlowIn", &[("ChildRef", "LETTER")])?;
                    stations(part).try_for_each(|(station, _)| {
                        empty(xml, "BlowIn", &[("ChildRef", &format!("INSERT{station}"))])
                    })
                })
            })
        })?;
        let external = envelope.to_uppercase();
        let attributes = [
            ("Amount", "1"),
            ("ID", "ENV"),
            ("ExternalID", &*external),
            ("IsRoot", "false"),
            ("ProductType", "Envelope"),
        ];
        empty(xml, "Product", &attributes)?;
        let attributes = [
            ("Amount", "1"),
            ("ID", "LETTER"),
            ("IsRoot", "false"),
            ("ProductType", "Letter"),
        ];
        with(xml, "Product", &attributes, |xml| {
            with(xml, "Intent", &[("Name", "ColorIntent")], |xml| {
                with(xml, "ColorIntent", &[], |xml| {
                    let faces = ["Front", "Back"];
                    let faces = faces.iter().take(if sides { 2 } else { 1 });
                    faces.copied().try_for_each(|face| {
                        empty(
                            xml,
                            "SurfaceColor",
                            &[("ColorsUsed", inks), ("Surface", face)],
                        )
                    })
                })
            })?;
            with(xml, "Intent", &[("Name", "LayoutIntent")], |xml| {
                let sides = if sides {
                    "TwoSidedHeadToHead"
                } else {
                    "OneSided"
                };
                empty(
                    xml,
                    "LayoutIntent",
                    &[("Dimensions", A4_POINTS), ("Sides", sides)],
                )
            })?;
            with(xml, "Intent", &[("Name", "MediaIntent")], |xml| {
                empty(
                    xml,
                    "MediaIntent",
                    &[("MediaType", "Paper"), ("Weight", &weight)],
                )
            })
        })?;
        stations(part).try_for_each(|(station, _)| {
            let name = insert_names(order, station);
            let attributes = [
                ("DescriptiveName", &*name),
                ("ID", &format!("INSERT{station}")),
                ("ExternalID", &format!("STATION-{station}")),
                ("IsRoot", "false"),
                ("ProductType", "Insert"),
            ];
            empty(xml, "Product", &attributes)
        })
    })
}

/// What it is made of, and when.
fn resources(
    xml: &mut Xml,
    options: &Options,
    order: &Order,
    part: &PartSummary,
    pdf: &WrittenFile,
) -> io::Result<()> {
    let id: String = order
        .customer_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    resource(xml, "CustomerInfo", &[], None, |xml| {
        let mut attributes = vec![
            ("CustomerJobName", &*order.customer_name),
            ("CustomerOrderID", &*order.batch),
        ];
        if !id.is_empty() {
            attributes.insert(0, ("CustomerID", &id));
        }
        empty(xml, "CustomerInfo", &attributes)
    })?;
    let days = options.due_days.map(|days| jiff::Span::new().days(days));
    let due = days.and_then(|days| order.job.date.checked_add(days).ok());
    if let Some(date) = due {
        let end = format!("{date}T{}", options.due_time);
        resource(xml, "NodeInfo", &[], None, |xml| {
            empty(xml, "NodeInfo", &[("End", &end)])
        })?;
    }
    let weight = order.paper_grams_m2.to_string();
    let external = format!("A4-{weight}");
    resource(
        xml,
        "Media",
        &[("ExternalID", &external)],
        Some(part.sheets),
        |xml| {
            let attributes = [
                ("Dimension", A4_POINTS),
                ("MediaType", "Paper"),
                ("MediaUnit", "Sheet"),
                ("Weight", &*weight),
            ];
            empty(xml, "Media", &attributes)
        },
    )?;
    let sides = match part.sides {
        Sides::Duplex => "TwoSided",
        Sides::Simplex => "OneSidedFront",
    };
    resource(xml, "DigitalPrintingParams", &[], None, |xml| {
        empty(xml, "DigitalPrintingParams", &[("Sides", sides)])
    })?;
    if stations(part).next().is_some() {
        with(
            xml,
            "ResourceSet",
            &[("Name", "Component"), ("Usage", "Input")],
            |xml| {
                stations(part).try_for_each(|(station, amount)| {
                    let name = insert_names(order, station);
                    let external = format!("STATION-{station}");
                    let attributes = [("DescriptiveName", &*name), ("ExternalID", &*external)];
                    with(xml, "Resource", &attributes, |xml| {
                        amount_pool(xml, amount)?;
                        empty(xml, "Component", &[("ProductType", "Insert")])
                    })
                })
            },
        )?;
    }
    let last = part.pages.saturating_sub(1);
    let (pages, n_page) = (format!("0 {last}"), part.pages.to_string());
    resource(xml, "RunList", &[], None, |xml| {
        with(
            xml,
            "RunList",
            &[("NPage", &*n_page), ("Pages", &*pages)],
            |xml| {
                let (url, size) = (file_name(&pdf.path), pdf.size.to_string());
                let attributes = [("URL", &*url), ("MimeType", PDF), ("FileSize", &*size)];
                empty(xml, "FileSpec", &attributes)
            },
        )
    })
}

/// A set of one resource, of which so many are used.
fn resource(
    xml: &mut Xml,
    name: &str,
    attributes: Attributes<'_>,
    amount: Option<u32>,
    inside: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    with(
        xml,
        "ResourceSet",
        &[("Name", name), ("Usage", "Input")],
        |xml| {
            with(xml, "Resource", attributes, |xml| {
                amount.map_or(Ok(()), |amount| amount_pool(xml, amount))?;
                inside(xml)
            })
        },
    )
}

fn amount_pool(xml: &mut Xml, amount: u32) -> io::Result<()> {
    let amount = amount.to_string();
    with(xml, "AmountPool", &[], |xml| {
        empty(xml, "PartAmount", &[("Amount", &amount)])
    })
}

/// Stations that give something in this part, from one, and how much.
fn stations(part: &PartSummary) -> impl Iterator<Item = (u8, u32)> + '_ {
    (1..).zip(part.inserts).filter(|(_, amount)| *amount > 0)
}

/// What lies in a station; several names where a profile has several for one.
fn insert_names(order: &Order, station: u8) -> String {
    let inserts = order.inserts.iter();
    let names = inserts.filter(|insert| insert.station == station);
    names
        .map(|insert| insert.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}
