//! What a part says of itself: XMP packets (ISO 16684-1), and the Info dictionary that says the same.

use jiff::civil::Date;

use super::ending::Conformance;
use crate::disk::{self, Sha256};

/// Begins a packet; the three bytes say that it is UTF-8.
const BEGIN: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">";
const END: &str = "</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>";

/// The packet of a part.
pub(super) fn plain(date: Date) -> String {
    format!(
        "{BEGIN}<rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><pdf:Producer>Lettermill</pdf:Producer><xmp:CreateDate>{date}</xmp:CreateDate></rdf:Description>{END}"
    )
}

/// The packet of a part that is PDF/VT-1: what it is (ISO 15930-7 6.3, ISO 16612-2 6.2), when it was written, which document
/// it is, and what the properties mean that XMP does not know itself.
pub(super) fn conforming(date: Date, conformance: &Conformance<'_>, id: &Sha256) -> String {
    let moment = format!("{date}T00:00:00Z"); // The batch has a date only.
    let title = escaped(&conformance.title);
    let document = uuid(id);
    let instance = uuid(&disk::sha256(id));
    format!(
        concat!(
            "{begin}\n",
            "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">",
            "<dc:format>application/pdf</dc:format>",
            "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description>\n",
            "<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">",
            "<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>",
            "<xmp:MetadataDate>{moment}</xmp:MetadataDate><xmp:CreatorTool>Lettermill</xmp:CreatorTool></rdf:Description>\n",
            "<rdf:Description rdf:about=\"\" xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\">",
            "<xmpMM:DocumentID>uuid:{document}</xmpMM:DocumentID><xmpMM:InstanceID>uuid:{instance}</xmpMM:InstanceID>",
            "<xmpMM:VersionID>1</xmpMM:VersionID><xmpMM:RenditionClass>default</xmpMM:RenditionClass></rdf:Description>\n",
            "<rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">",
            "<pdf:Producer>Lettermill</pdf:Producer><pdf:Trapped>False</pdf:Trapped></rdf:Description>\n",
            "<rdf:Description rdf:about=\"\" xmlns:pdfxid=\"http://www.npes.org/pdfx/ns/id/\">",
            "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion></rdf:Description>\n",
            "<rdf:Description rdf:about=\"\" xmlns:pdfvtid=\"http://www.npes.org/pdfvt/ns/id/\">",
            "<pdfvtid:GTS_PDFVTVersion>PDF/VT-1</pdfvtid:GTS_PDFVTVersion>",
            "<pdfvtid:GTS_PDFVTModDate>{moment}</pdfvtid:GTS_PDFVTModDate></rdf:Description>\n",
            "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" ",
            "xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">",
            "<pdfaExtension:schemas><rdf:Bag>\n{x}{vt}</rdf:Bag></pdfaExtension:schemas></rdf:Description>\n",
            "{end}"
        ),
        begin = BEGIN,
        end = END,
        title = title,
        moment = moment,
        document = document,
        instance = instance,
        x = schema(
            "PDF/X identification",
            "http://www.npes.org/pdfx/ns/id/",
            "pdfxid",
            &[(
                "GTS_PDFXVersion",
                "Text",
                "PDF/X standard to which the file conforms"
            )],
        ),
        vt = schema(
            "PDF/VT identification",
            "http://www.npes.org/pdfvt/ns/id/",
            "pdfvtid",
            &[
                (
                    "GTS_PDFVTVersion",
                    "Text",
                    "PDF/VT standard to which the file conforms"
                ),
                (
                    "GTS_PDFVTModDate",
                    "Date",
                    "Date of the last change that kept it conforming"
                ),
            ],
        ),
    )
}

/// The Info dictionary that says the same.
pub(super) fn conforming_info(date: Date, conformance: &Conformance<'_>) -> String {
    let moment = date.strftime("D:%Y%m%d000000Z");
    let title = literal(&conformance.title);
    format!(
        "<</Title({title})/Creator(Lettermill)/Producer(Lettermill)/CreationDate({moment})/ModDate({moment})/Trapped/False/GTS_PDFXVersion(PDF/X-4)>>"
    )
}

/// Tells what properties mean (ISO 19005-1 6.7.8, which PDF/X and PDF/VT take over).
fn schema(name: &str, namespace: &str, prefix: &str, properties: &[(&str, &str, &str)]) -> String {
    let property = |(name, kind, meaning): &(&str, &str, &str)| {
        format!(
            "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>{kind}</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>"
        )
    };
    let properties: String = properties.iter().map(property).collect();
    format!(
        "<rdf:li rdf:parseType=\"Resource\"><pdfaSchema:schema>{name}</pdfaSchema:schema><pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>\n"
    )
}

/// A packet of ours for another file: with ids that follow from that of the file.
pub(in crate::spool) fn reissued(packet: &str, id: &Sha256) -> String {
    let mut packet = packet.to_owned();
    for (name, id) in [
        ("xmpMM:DocumentID", uuid(id)),
        ("xmpMM:InstanceID", uuid(&disk::sha256(id))),
    ] {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let changed = packet.split_once(&open).and_then(|(before, rest)| {
            let (_, behind) = rest.split_once(&close)?;
            Some(format!("{before}{open}uuid:{id}{close}{behind}"))
        });
        packet = changed.unwrap_or(packet);
    }
    packet
}

/// A UUID of version 8 (RFC 9562): bytes of a digest.
fn uuid(digest: &Sha256) -> uuid::Uuid {
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Text within an element.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// Text within a literal string.
pub(super) fn literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\");
    text.replace('(', "\\(").replace(')', "\\)")
}
