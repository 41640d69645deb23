//! What is not compiled is refused by name, with file and line; so is what is wrong.

use std::fs;

use lettermill::schema::Schema;
use proptest::prelude::*;

/// Line 2 and what follows of a schema with target namespace `urn:t`, and what the message must hold.
const REFUSED: &[(&str, &str)] = &[
    (
        "<xs:element name='a'><xs:key name='k'><xs:selector xpath='b'/><xs:field xpath='@c'/></xs:key></xs:element>",
        "`row.xsd`:2: `xs:key` is not supported",
    ),
    (
        "<xs:element name='a'>\n<xs:unique name='k'/></xs:element>",
        "`row.xsd`:3: `xs:unique` is not supported",
    ),
    (
        "<xs:element name='a'><xs:keyref name='k' refer='t:k'/></xs:element>",
        "`xs:keyref` is not supported",
    ),
    (
        "<xs:element name='a' abstract='true'/>",
        "abstract element `a` of `urn:t` is not supported",
    ),
    (
        "<xs:element name='a'/><xs:element name='b' substitutionGroup='t:a'/>",
        "`substitutionGroup` of element `b` of `urn:t` is not supported",
    ),
    (
        "<xs:redefine schemaLocation='x.xsd'/>",
        "`xs:redefine` is not supported",
    ),
    (
        "<xs:notation name='n' public='p'/>",
        "`xs:notation` is not supported",
    ),
    (
        "<xs:element name='a' type='xs:NOTATION'/>",
        "`xs:NOTATION` is not supported",
    ),
    (
        "<xs:element name='a' type='xs:dateTimeStamp'/>",
        "`xs:dateTimeStamp` is not supported",
    ),
    (
        "<xs:complexType name='c'><xs:sequence/><xs:assert test='true()'/></xs:complexType>",
        "`xs:assert` is not supported",
    ),
    (
        "<xs:override schemaLocation='x.xsd'/>",
        "`xs:override` is not supported",
    ),
    (
        "<xs:complexType name='c'><xs:openContent/></xs:complexType>",
        "`xs:openContent` is not supported",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:QName'><xs:enumeration value='a'/></xs:restriction></xs:simpleType>",
        "an enumeration of xs:QName is not supported",
    ),
    (
        "<xs:element name='a' fixed='x'><xs:complexType mixed='true'/></xs:element>",
        "`fixed` on an element without simple content is not supported",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:token'><xs:pattern value='\\p{IsNowhere}'/></xs:restriction></xs:simpleType>",
        "block `\\p{IsNowhere}` is not supported",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:token'><xs:pattern value='(.{0,1000}){0,1000}'/></xs:restriction></xs:simpleType>",
        "bytes of automaton",
    ),
    (
        "<xs:complexType name='c'><xs:sequence maxOccurs='100000'><xs:element name='a'/><xs:element name='b'/><xs:element name='c'/></xs:sequence></xs:complexType>",
        "the content model is too large",
    ),
    (
        "<xs:complexType name='c'><xs:sequence><xs:element name='a' maxOccurs='99999999999'/></xs:sequence></xs:complexType>",
        "numbers up to 4294967295 are supported",
    ),
    (
        "<xs:complexType name='c'><xs:sequence><xs:element name='a' minOccurs='0'/><xs:any/></xs:sequence></xs:complexType>",
        "ambiguous: `a` may also be meant by xs:any",
    ),
    (
        "<xs:complexType name='c'><xs:sequence><xs:any minOccurs='0'/><xs:any processContents='lax'/></xs:sequence></xs:complexType>",
        "ambiguous: two xs:any",
    ),
    (
        "<xs:complexType name='c'><xs:choice><xs:element name='a' type='xs:int'/><xs:element name='a' type='xs:date'/></xs:choice></xs:complexType>",
        "ambiguous: `a` stands here with two types",
    ),
    (
        "<xs:complexType name='c'><xs:anyAttribute namespace='##other'/></xs:complexType><xs:complexType name='d'><xs:complexContent><xs:extension base='t:c'><xs:anyAttribute namespace='urn:x'/></xs:extension></xs:complexContent></xs:complexType>",
        "together with that of the base type is not supported",
    ),
    // Wrong, rather than not supported.
    (
        "<xs:element name='a' type='t:b'/>",
        "type `b` of `urn:t` is not defined",
    ),
    (
        "<xs:element name='a' type='q:b'/>",
        "prefix `q` is not declared",
    ),
    (
        "<xs:element name='a' type='xs:strin'/>",
        "`xs:strin` is not supported",
    ),
    (
        "<xs:element name='a' minOccur='0'/>",
        "`xs:element` has no attribute `minOccur`",
    ),
    (
        "<xs:element name='a' type='xs:int' default='x'/>",
        "the value `x` does not fit the type: a whole number",
    ),
    (
        "<xs:element name='a'/><xs:element name='a'/>",
        "element `a` of `urn:t` is defined twice",
    ),
    ("<xs:element name='a b'/>", "`a b` is not a name"),
    ("<xs:element/>", "`xs:element` has no `name`"),
    ("<a/>", "`a` is not of XML Schema"),
    ("text", "text where only elements may stand"),
    ("<xs:sequence/>", "`xs:sequence` may not stand here"),
    (
        "<xs:simpleType name='s'><xs:restriction base='t:s'/></xs:simpleType>",
        "type `s` of `urn:t` is defined by itself",
    ),
    (
        "<xs:complexType name='c'><xs:complexContent><xs:extension base='t:c'/></xs:complexContent></xs:complexType>",
        "type `c` of `urn:t` is defined by itself",
    ),
    (
        "<xs:group name='g'><xs:sequence><xs:group ref='t:g'/></xs:sequence></xs:group>",
        "group `g` of `urn:t` contains itself",
    ),
    (
        "<xs:attributeGroup name='g'><xs:attributeGroup ref='t:g'/></xs:attributeGroup><xs:complexType name='c'><xs:attributeGroup ref='t:g'/></xs:complexType>",
        "attribute group `g` of `urn:t` contains itself",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:int'><xs:maxLength value='1'/></xs:restriction></xs:simpleType>",
        "facet `xs:maxLength` does not apply",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:token'><xs:maxLength value='-1'/></xs:restriction></xs:simpleType>",
        "`xs:maxLength` is `-1`, not a number",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:token'><xs:minLength value='2'/><xs:maxLength value='1'/></xs:restriction></xs:simpleType>",
        "the least length is above the greatest",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:int'><xs:maxInclusive value='x'/></xs:restriction></xs:simpleType>",
        "`xs:maxInclusive` is `x`, not a value of the type",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:int'><xs:enumeration value='x'/></xs:restriction></xs:simpleType>",
        "`x` is not a value of the type",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:token'><xs:pattern value='['/></xs:restriction></xs:simpleType>",
        "pattern `[`: `[` without `]`",
    ),
    (
        "<xs:simpleType name='s'><xs:restriction base='xs:token'><xs:whiteSpace value='preserve'/></xs:restriction></xs:simpleType>",
        "looser than that of the base type",
    ),
    (
        "<xs:complexType name='c'><xs:sequence minOccurs='2'/></xs:complexType>",
        "`maxOccurs` is less than `minOccurs`",
    ),
    (
        "<xs:complexType name='c'><xs:all maxOccurs='2'/></xs:complexType>",
        "xs:all can stand only once",
    ),
    (
        "<xs:complexType name='c'><xs:sequence><xs:all/></xs:sequence></xs:complexType>",
        "`xs:all` may not stand here",
    ),
    ("<xs:include schemaLocation='nowhere.xsd'/>", "cannot read"),
    (
        "<xs:import namespace='urn:x' schemaLocation='http://example.test/x.xsd'/><xs:element name='a' type='x:b' xmlns:x='urn:x'/>",
        "network locations are not fetched",
    ),
];

#[test]
fn what_is_not_compiled_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("row.xsd");
    for (row, wanted) in REFUSED {
        let text = format!(
            "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:t='urn:t' targetNamespace='urn:t'>\n{row}</xs:schema>"
        );
        fs::write(&path, text).unwrap();
        let error = match Schema::compile(&path) {
            Ok(_) => panic!("compiled: {row}"),
            Err(error) => error
                .to_string()
                .replace(&path.display().to_string(), "row.xsd"),
        };
        assert!(error.contains(wanted), "{row}\nsays: {error}");
        assert!(error.starts_with("`row.xsd`:"), "{row}\nsays: {error}");
    }
}

#[test]
fn documents_that_are_no_schemas() {
    let refused = |bytes: &[u8]| {
        Schema::compile_text("it.xsd", bytes)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(b"").starts_with("`it.xsd`: not a schema"));
    assert!(refused(b"<a/>").contains("the root is `a`, not xs:schema"));
    assert!(refused(b"\xff<a/>").contains("bytes that are not UTF-8"));
    let with_dtd =
        b"<!DOCTYPE schema [<!ENTITY x 'y'>]><schema xmlns='http://www.w3.org/2001/XMLSchema'/>";
    assert!(refused(with_dtd).contains("DTD"));
    let deep = format!(
        "<s:schema xmlns:s='http://www.w3.org/2001/XMLSchema'><s:complexType name='c'>{}{}</s:complexType></s:schema>",
        "<s:sequence>".repeat(5000),
        "</s:sequence>".repeat(5000)
    );
    assert!(refused(deep.as_bytes()).contains("nested deeper than 100"));
    let error = Schema::compile(std::path::Path::new("no/such.xsd")).unwrap_err();
    assert!(
        error.to_string().contains("cannot read `no/such.xsd`"),
        "{error}"
    );
}

#[test]
fn documents_refer_to_each_other_in_circles() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let head = "xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:a='urn:a' xmlns:b='urn:b'";
        fs::create_dir_all(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join(name), text.replace("HEAD", head)).unwrap();
    };
    write(
        "a.xsd",
        "<xs:schema HEAD targetNamespace='urn:a' elementFormDefault='qualified'><xs:include schemaLocation='sub/part.xsd'/><xs:import namespace='urn:b' schemaLocation='sub/b.xsd'/><xs:element name='r'><xs:complexType><xs:sequence><xs:element ref='b:x'/><xs:element name='p' type='a:Part'/></xs:sequence></xs:complexType></xs:element><xs:simpleType name='T'><xs:restriction base='xs:int'/></xs:simpleType></xs:schema>",
    );
    write(
        "sub/b.xsd",
        "<xs:schema HEAD targetNamespace='urn:b'><xs:import namespace='urn:a' schemaLocation='../a.xsd'/><xs:element name='x' type='a:T'/></xs:schema>",
    );
    // Without a namespace of its own: it takes that of the document which includes it.
    write(
        "sub/part.xsd",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' elementFormDefault='qualified'><xs:include schemaLocation='part.xsd'/><xs:complexType name='Part'><xs:sequence><xs:element name='q' type='Own'/></xs:sequence></xs:complexType><xs:simpleType name='Own'><xs:restriction base='xs:date'/></xs:simpleType></xs:schema>",
    );
    let schema = Schema::compile(&folder.path().join("a.xsd")).unwrap();
    let takes = |text: &str| {
        lettermill::schema::document::validate(&schema, text.as_bytes())
            .unwrap()
            .is_empty()
    };
    assert!(takes(
        "<r xmlns='urn:a'><x xmlns='urn:b'>1</x><p><q>2026-01-01</q></p></r>"
    ));
    assert!(!takes(
        "<r xmlns='urn:a'><x xmlns='urn:b'>y</x><p><q>2026-01-01</q></p></r>"
    ));
    assert!(!takes(
        "<r xmlns='urn:a'><x xmlns='urn:b'>1</x><p><q>2026-01-32</q></p></r>"
    ));
    let both = Schema::compile_set(&[folder.path().join("sub/b.xsd"), folder.path().join("a.xsd")])
        .unwrap();
    assert!(both.global(b"urn:b", b"x").is_some() && both.global(b"urn:a", b"r").is_some());
    assert_eq!(
        both.digest(),
        Schema::compile_set(&[folder.path().join("sub/b.xsd"), folder.path().join("a.xsd")])
            .unwrap()
            .digest()
    );
    assert_ne!(both.digest(), schema.digest());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_a_schema(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(Schema::compile_text("any.xsd", &bytes));
    }

    /// The mailing schema with a stretch taken out, doubled, or replaced.
    #[test]
    fn any_damage_to_a_schema(from in 0_usize..22_000, len in 0_usize..60, other in 0_usize..22_000, how in 0..3) {
        let text = include_str!("../../schemas/mailing-1.xsd").as_bytes();
        let (from, other) = (from.min(text.len()), other.min(text.len()));
        let (end, other_end) = ((from + len).min(text.len()), (other + len).min(text.len()));
        let middle: &[u8] = match how {
            0 => b"",
            1 => &text[other..other_end],
            _ => b"\" x='",
        };
        let damaged = [&text[..from], middle, &text[end..]].concat();
        drop(Schema::compile_text("any.xsd", &damaged));
    }
}
