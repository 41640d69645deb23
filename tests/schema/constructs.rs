//! Construct by construct: a schema, documents that it takes and documents that it does not, for us and both oracles.

use std::fs;

use lettermill::schema::{Schema, document};

use super::oracle::{self, XsdSchema};
use crate::support::tools::has;

/// Who judges a row wrongly, and is not asked.
#[derive(Clone, Copy, PartialEq)]
enum Not {
    Nobody,
    /// libxml2 2.9.14.
    Xmllint,
    /// The crate xsd-schema 0.3.0.
    XsdSchema,
}
use Not::{Nobody, Xmllint as NotXmllint, XsdSchema as NotXsdSchema};

struct Row {
    name: &'static str,
    /// Inside xs:schema with target namespace `urn:t` (prefix t), elements qualified.
    schema: &'static str,
    good: &'static [&'static str],
    bad: &'static [&'static str],
    not: Not,
}

/// Documents are the content of `<a xmlns="urn:t">`, or begin with `<a`.
const ROWS: &[Row] = &[
    Row {
        name: "sequence with bounds",
        schema: r#"<xs:element name="a"><xs:complexType><xs:sequence>
            <xs:element name="b" type="xs:string" minOccurs="2" maxOccurs="3"/><xs:element name="c" type="xs:string" minOccurs="0"/>
            </xs:sequence></xs:complexType></xs:element>"#,
        good: &[
            "<b/><b/>",
            "<b/><b/><b/><c/>",
            " <b/>\n<!-- x --><b/><?p?> ",
        ],
        bad: &[
            "",
            "<b/>",
            "<b/><b/><b/><b/>",
            "<c/>",
            "<b/><b/><c/><c/>",
            "<b/><b/>x",
            "<b/><c/><b/>",
            "<b/><b/><d/>",
        ],
        not: Nobody,
    },
    Row {
        name: "counted element",
        schema: r#"<xs:element name="a"><xs:complexType><xs:sequence>
            <xs:element name="b" type="xs:string" minOccurs="18" maxOccurs="20"/><xs:element name="c" type="xs:string" minOccurs="0" maxOccurs="1000000"/>
            </xs:sequence></xs:complexType></xs:element>"#,
        good: &[
            "<b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/>",
            "<b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><c/><c/>",
        ],
        bad: &[
            "<b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/>",
            "<b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><c/>",
            "<b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/>",
        ],
        not: Nobody,
    },
    Row {
        name: "group repeated",
        schema: r#"<xs:element name="a"><xs:complexType><xs:sequence minOccurs="2" maxOccurs="3">
            <xs:element name="b" type="xs:string"/><xs:element name="c" type="xs:string" minOccurs="0"/>
            </xs:sequence></xs:complexType></xs:element>"#,
        good: &["<b/><b/>", "<b/><c/><b/><c/><b/>", "<b/><b/><b/><c/>"],
        bad: &[
            "<b/>",
            "<b/><c/>",
            "<b/><b/><b/><b/>",
            "<b/><c/><c/><b/>",
            "<c/><b/><b/>",
        ],
        not: Nobody,
    },
    Row {
        name: "choice repeated, of a sequence that may be empty",
        schema: r#"<xs:element name="a"><xs:complexType><xs:choice maxOccurs="2">
            <xs:sequence><xs:element name="b" type="xs:string" minOccurs="0"/><xs:element name="c" type="xs:string" minOccurs="0"/></xs:sequence>
            <xs:element name="d" type="xs:string"/></xs:choice></xs:complexType></xs:element>"#,
        good: &[
            "", "<b/><c/>", "<d/><b/>", "<b/><d/>", "<d/><d/>", "<c/><b/>",
        ],
        bad: &["<d/><d/><d/>", "<b/><c/><b/><c/><b/>", "<e/>"],
        not: Nobody,
    },
    Row {
        name: "all",
        schema: r#"<xs:element name="a"><xs:complexType><xs:all>
            <xs:element name="b" type="xs:string"/><xs:element name="c" type="xs:string" minOccurs="0"/><xs:element name="d" type="xs:int"/>
            </xs:all></xs:complexType></xs:element>"#,
        good: &["<b/><d>1</d>", "<d>1</d><c/><b/>"],
        bad: &[
            "",
            "<b/>",
            "<b/><d>1</d><b/>",
            "<b/><d>x</d>",
            "<b/><d>1</d><e/>",
        ],
        not: Nobody,
    },
    Row {
        name: "all that may be absent",
        schema: r#"<xs:element name="a"><xs:complexType><xs:all minOccurs="0">
            <xs:element name="b" type="xs:string"/><xs:element name="c" type="xs:string"/></xs:all></xs:complexType></xs:element>"#,
        good: &["", "<c/><b/>"],
        bad: &["<b/>", "x"],
        not: Nobody,
    },
    Row {
        name: "groups, attribute groups, references",
        schema: r#"<xs:group name="g"><xs:sequence><xs:element ref="t:b"/><xs:element name="c" type="xs:int"/></xs:sequence></xs:group>
            <xs:element name="b" type="xs:date"/><xs:attribute name="r" type="xs:int"/>
            <xs:attributeGroup name="h"><xs:attribute name="x" type="xs:int"/><xs:attributeGroup ref="t:i"/></xs:attributeGroup>
            <xs:attributeGroup name="i"><xs:attribute name="y" use="required"/><xs:attribute ref="t:r"/></xs:attributeGroup>
            <xs:element name="a"><xs:complexType><xs:group ref="t:g" minOccurs="0" maxOccurs="2"/><xs:attributeGroup ref="t:h"/></xs:complexType></xs:element>"#,
        good: &[
            "<a xmlns='urn:t' y=''/>",
            "<a xmlns='urn:t' y='' x='1'><b>2026-01-01</b><c>1</c><b>2026-01-01</b><c>1</c></a>",
            "<a xmlns='urn:t' xmlns:t='urn:t' y='' t:r='1'/>",
        ],
        bad: &[
            "<a xmlns='urn:t'/>",
            "<a xmlns='urn:t' y='' x='a'/>",
            "<a xmlns='urn:t' y='' r='1'/>",
            "<a xmlns='urn:t' xmlns:t='urn:t' y='' t:r='x'/>",
            "<a xmlns='urn:t' xmlns:t='urn:t' y='' t:x='1'/>",
            "<a xmlns='urn:t' y=''><b>2026-01-01</b></a>",
            "<a xmlns='urn:t' y=''><b>2026-01-32</b><c>1</c></a>",
        ],
        not: Nobody,
    },
    Row {
        name: "extension and restriction of complex types",
        schema: r#"<xs:complexType name="B"><xs:sequence><xs:element name="b" type="xs:string" minOccurs="0"/></xs:sequence>
              <xs:attribute name="p"/><xs:attribute name="q"/></xs:complexType>
            <xs:complexType name="E"><xs:complexContent><xs:extension base="t:B"><xs:sequence><xs:element name="c" type="xs:string"/></xs:sequence>
              <xs:attribute name="r" use="required"/></xs:extension></xs:complexContent></xs:complexType>
            <xs:complexType name="R"><xs:complexContent><xs:restriction base="t:B"><xs:sequence><xs:element name="b" type="xs:string"/></xs:sequence>
              <xs:attribute name="p" use="prohibited"/><xs:attribute name="q" use="required"/></xs:restriction></xs:complexContent></xs:complexType>
            <xs:element name="a"><xs:complexType><xs:sequence><xs:element name="e" type="t:E"/><xs:element name="r" type="t:R"/></xs:sequence></xs:complexType></xs:element>"#,
        good: &[
            "<e r='' p=''><c/></e><r q=''><b/></r>",
            "<e r=''><b/><c/></e><r q=''><b/></r>",
        ],
        bad: &[
            "<e><c/></e><r q=''><b/></r>",
            "<e r=''><b/></e><r q=''><b/></r>",
            "<e r=''><c/></e><r q=''/>",
            "<e r=''><c/></e><r><b/></r>",
            "<e r=''><c/></e><r q='' p=''><b/></r>",
        ],
        not: Nobody,
    },
    Row {
        name: "simple content",
        schema: r#"<xs:complexType name="M"><xs:simpleContent><xs:extension base="xs:decimal"><xs:attribute name="cur" use="required"/></xs:extension></xs:simpleContent></xs:complexType>
            <xs:complexType name="N"><xs:simpleContent><xs:restriction base="t:M"><xs:maxInclusive value="10"/><xs:attribute name="cur" use="required"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="SEK"/></xs:restriction></xs:simpleType></xs:attribute></xs:restriction></xs:simpleContent></xs:complexType>
            <xs:element name="a"><xs:complexType><xs:sequence><xs:element name="m" type="t:M"/><xs:element name="n" type="t:N"/></xs:sequence></xs:complexType></xs:element>"#,
        good: &["<m cur=''>99</m><n cur='SEK'>10.0</n>"],
        bad: &[
            "<m>99</m><n cur='SEK'>10.0</n>",
            "<m cur=''>x</m><n cur='SEK'>10.0</n>",
            "<m cur=''>99</m><n cur='SEK'>10.01</n>",
            "<m cur=''>99</m><n cur='DKK'>1</n>",
            "<m cur=''><x/></m><n cur='SEK'>1</n>",
            "<m cur=''>1</m><n cur='SEK'/>",
        ],
        not: Nobody,
    },
    Row {
        name: "mixed and empty content",
        schema: r#"<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="m"><xs:complexType mixed="true"><xs:sequence><xs:element name="b" minOccurs="0" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
            <xs:element name="e"><xs:complexType/></xs:element><xs:element name="t"><xs:complexType mixed="true"/></xs:element></xs:sequence></xs:complexType></xs:element>"#,
        good: &["<m>x<b/>y</m><e/><t>x</t>", "<m/><e><!-- c --></e><t/>"],
        bad: &[
            "<m>x<c/></m><e/><t/>",
            "<m/><e> </e><t/>",
            "<m/><e>x</e><t/>",
            "<m/><e><b/></e><t/>",
            "<m/><e/><t><b/></t>",
        ],
        not: Nobody,
    },
    Row {
        name: "nil, default and fixed",
        schema: r#"<xs:element name="a"><xs:complexType><xs:sequence>
            <xs:element name="n" type="xs:int" nillable="true" minOccurs="0"/><xs:element name="d" type="xs:int" default="7" minOccurs="0"/>
            <xs:element name="f" type="xs:decimal" fixed="1.50" minOccurs="0"/><xs:element name="s" type="xs:string" fixed="x" minOccurs="0"/></xs:sequence>
            <xs:attribute name="g" type="xs:decimal" fixed="1.0"/></xs:complexType></xs:element>"#,
        good: &[
            "<n xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'/>",
            "<n xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='0'>1</n>",
            "<d/><f/><s/>",
            "<d>8</d><f>1.50</f><s>x</s>",
            "<a xmlns='urn:t' g='1.00'/>",
        ],
        bad: &[
            "<n/>",
            "<n xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'>1</n>",
            "<n xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'> </n>",
            "<n xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='yes'/>",
            "<d xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='false'>1</d>",
            "<d>x</d>",
            "<f>1.6</f>",
            "<s>y</s>",
            "<a xmlns='urn:t' g='2'/>",
        ],
        not: Nobody,
    },
    Row {
        name: "fixed values are compared as values",
        schema: r#"<xs:element name="a" type="xs:decimal" fixed="1.50"/>"#,
        good: &["1.5", " 01.500 ", ""],
        bad: &["1.51", " "],
        not: NotXmllint,
    },
    Row {
        name: "any of another namespace, lax",
        schema: r###"<xs:element name="k" type="xs:int"/><xs:element name="a"><xs:complexType><xs:sequence>
            <xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="2"/><xs:element name="b" type="xs:int" minOccurs="0"/></xs:sequence>
            <xs:anyAttribute namespace="##other" processContents="lax"/></xs:complexType></xs:element>"###,
        good: &[
            "<x xmlns='urn:o'/><b>1</b>",
            "<x xmlns='urn:o' y='1'><t:k xmlns:t='urn:t'>1</t:k>text<z/></x>",
            "<a xmlns='urn:t' xmlns:o='urn:o' o:x=''/>",
        ],
        bad: &[
            "<x xmlns=''/>",
            "<x/>",
            "<x xmlns='urn:o'/><x xmlns='urn:o'/><x xmlns='urn:o'/>",
            "<x xmlns='urn:o'><t:k xmlns:t='urn:t'>k</t:k></x>",
            "<a xmlns='urn:t' x=''/>",
            "<a xmlns='urn:t' xmlns:t='urn:t' t:x=''/>",
        ],
        not: Nobody,
    },
    Row {
        name: "any, strict and skip, of listed namespaces",
        schema: r###"<xs:element name="k" type="xs:int"/><xs:element name="a"><xs:complexType><xs:sequence>
            <xs:any namespace="##targetNamespace" minOccurs="0"/><xs:any namespace="urn:o ##local" processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
            </xs:complexType></xs:element>"###,
        good: &[
            "<k>1</k>",
            "<k>1</k><x xmlns='urn:o'><t:k xmlns:t='urn:t'>k</t:k></x><y xmlns=''/>",
        ],
        bad: &["<k>x</k>", "<l/>", "<x xmlns='urn:p'/>", "<k>1</k><k>1</k>"],
        not: Nobody,
    },
    Row {
        name: "any before another branch of a choice",
        schema: r###"<xs:element name="a"><xs:complexType><xs:choice><xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>
            <xs:element name="b" type="xs:int"/></xs:choice></xs:complexType></xs:element>"###,
        good: &["", "<b>1</b>", "<x xmlns='urn:o'/><x xmlns='urn:o'/>"],
        bad: &["<x xmlns='urn:o'/><b>1</b>", "<b>1</b><x xmlns='urn:o'/>"],
        not: NotXmllint,
    },
    Row {
        name: "xsi:type",
        schema: r#"<xs:complexType name="B"><xs:sequence><xs:element name="b" type="xs:string"/></xs:sequence></xs:complexType>
            <xs:complexType name="E"><xs:complexContent><xs:extension base="t:B"><xs:sequence><xs:element name="c" type="xs:int"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
            <xs:complexType name="O"/><xs:simpleType name="S"><xs:restriction base="xs:int"><xs:maxInclusive value="5"/></xs:restriction></xs:simpleType>
            <xs:element name="a"><xs:complexType><xs:choice><xs:element name="x" type="t:B"/><xs:element name="i" type="xs:int"/><xs:element name="n" type="t:B" block="extension"/><xs:element name="z"/></xs:choice></xs:complexType></xs:element>"#,
        good: &[
            "<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:t='urn:t' i:type='t:E'><b/><c>1</c></x>",
            "<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='B'><b/></x>",
            "<i xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='S'>5</i>",
            "<z xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:xs='http://www.w3.org/2001/XMLSchema' i:type='xs:date'>2026-01-01</z>",
            "<z u='1'>x<y/></z>",
        ],
        bad: &[
            "<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='E'><b/></x>",
            "<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='O'/>",
            "<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='q:E'><b/></x>",
            "<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='Nowhere'><b/></x>",
            "<i xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='S'>6</i>",
            "<n xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='E'><b/><c>1</c></n>",
            "<z xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:xs='http://www.w3.org/2001/XMLSchema' i:type='xs:date'>2026-01-32</z>",
        ],
        not: Nobody,
    },
    Row {
        name: "abstract type",
        schema: r#"<xs:complexType name="B" abstract="true"><xs:sequence/></xs:complexType>
            <xs:complexType name="E"><xs:complexContent><xs:extension base="t:B"/></xs:complexContent></xs:complexType>
            <xs:element name="a"><xs:complexType><xs:sequence><xs:element name="x" type="t:B"/></xs:sequence></xs:complexType></xs:element>"#,
        good: &["<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='E'/>"],
        bad: &["<x/>"],
        not: Nobody,
    },
    Row {
        name: "form of local names",
        schema: r#"<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="u" form="unqualified" type="xs:string"/></xs:sequence>
            <xs:attribute name="q" form="qualified"/></xs:complexType></xs:element>"#,
        good: &["<u xmlns=''/>", "<t:a xmlns:t='urn:t' t:q=''><u/></t:a>"],
        bad: &["<u/>", "<t:a xmlns:t='urn:t' q=''><u/></t:a>"],
        not: Nobody,
    },
    Row {
        name: "lengths in characters, octets and items",
        schema: r#"<xs:simpleType name="C"><xs:restriction base="xs:string"><xs:minLength value="2"/><xs:maxLength value="3"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="B"><xs:restriction base="xs:base64Binary"><xs:length value="3"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="H"><xs:restriction base="xs:hexBinary"><xs:maxLength value="2"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="L"><xs:restriction><xs:simpleType><xs:list itemType="xs:int"/></xs:simpleType><xs:minLength value="1"/><xs:maxLength value="2"/></xs:restriction></xs:simpleType>
            <xs:element name="a"><xs:complexType><xs:choice><xs:element name="c" type="t:C"/><xs:element name="b" type="t:B"/><xs:element name="h" type="t:H"/><xs:element name="l" type="t:L"/></xs:choice></xs:complexType></xs:element>"#,
        good: &[
            "<c>åä</c>",
            "<c>😀😀😀</c>",
            "<c>   </c>",
            "<b>QUJD</b>",
            "<h>aaFF</h>",
            "<h/>",
            "<l>1 2</l>",
            "<l>\n1\t2 </l>",
        ],
        bad: &[
            "<c>å</c>",
            "<c>    </c>",
            "<c>😀😀😀😀</c>",
            "<b>QUI=</b>",
            "<b/>",
            "<h>aaffaa</h>",
            "<l/>",
            "<l>1 2 3</l>",
            "<l>1 x</l>",
        ],
        not: Nobody,
    },
    Row {
        name: "patterns: one step or, several steps and",
        schema: r#"<xs:simpleType name="P"><xs:restriction base="xs:token"><xs:pattern value="[a-z]+"/><xs:pattern value="[0-9]+"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="Q"><xs:restriction base="t:P"><xs:pattern value=".{2}"/></xs:restriction></xs:simpleType>
            <xs:element name="a" type="t:Q"/>"#,
        good: &["ab", "12", " ab "],
        bad: &["a", "a1", "abc", "AB", ""],
        not: Nobody,
    },
    Row {
        name: "bounds and digits",
        schema: r#"<xs:simpleType name="D"><xs:restriction base="xs:decimal"><xs:minExclusive value="-1.5"/><xs:maxInclusive value="100"/><xs:totalDigits value="4"/><xs:fractionDigits value="2"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="T"><xs:restriction base="xs:date"><xs:minInclusive value="2026-01-01"/><xs:maxExclusive value="2027-01-01"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="F"><xs:restriction base="xs:double"><xs:minInclusive value="-1e2"/><xs:maxExclusive value="INF"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="U"><xs:restriction base="xs:duration"><xs:maxInclusive value="P1M"/></xs:restriction></xs:simpleType>
            <xs:element name="a"><xs:complexType><xs:choice><xs:element name="d" type="t:D"/><xs:element name="t" type="t:T"/><xs:element name="f" type="t:F"/><xs:element name="u" type="t:U"/></xs:choice></xs:complexType></xs:element>"#,
        good: &[
            "<d>-1.49</d>",
            "<d>100.00</d>",
            "<d>0099.99</d>",
            "<t>2026-01-01</t>",
            "<t>2026-12-31</t>",
            "<f>-100</f>",
            "<f>1e300</f>",
            "<u>P27D</u>",
            "<u>P1M</u>",
        ],
        bad: &[
            "<d>-1.5</d>",
            "<d>100.01</d>",
            "<d>1.234</d>",
            "<t>2025-12-31</t>",
            "<t>2027-01-01</t>",
            "<f>-100.5</f>",
            "<f>INF</f>",
            "<u>P30D</u>",
            "<u>P32D</u>",
        ],
        not: Nobody,
    },
    Row {
        name: "enumerations by value",
        schema: r#"<xs:simpleType name="D"><xs:restriction base="xs:decimal"><xs:enumeration value="1.0"/><xs:enumeration value="20"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="S"><xs:restriction base="xs:string"><xs:enumeration value="x y"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="K"><xs:restriction base="xs:token"><xs:enumeration value="x y"/></xs:restriction></xs:simpleType>
            <xs:element name="a"><xs:complexType><xs:choice><xs:element name="d" type="t:D"/><xs:element name="s" type="t:S"/><xs:element name="k" type="t:K"/></xs:choice></xs:complexType></xs:element>"#,
        good: &["<d>1</d>", "<d>020.00</d>", "<s>x y</s>", "<k> x  y\n</k>"],
        bad: &[
            "<d>2</d>",
            "<s>x  y</s>",
            "<s> x y</s>",
            "<k>xy</k>",
            "<k/>",
        ],
        not: Nobody,
    },
    Row {
        name: "lists and unions",
        schema: r#"<xs:simpleType name="U"><xs:union memberTypes="xs:date xs:int"><xs:simpleType><xs:restriction base="xs:token"><xs:enumeration value="none"/></xs:restriction></xs:simpleType></xs:union></xs:simpleType>
            <xs:simpleType name="V"><xs:list itemType="t:U"/></xs:simpleType>
            <xs:element name="a" type="t:V"/>"#,
        good: &["", "2026-01-01 7 none", "none"],
        bad: &["2026-01-32", "7 x", "none,7"],
        not: Nobody,
    },
    Row {
        name: "IDs are unique",
        schema: r#"<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b" maxOccurs="unbounded"><xs:complexType><xs:attribute name="id" type="xs:ID"/></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>"#,
        good: &["<b id='x'/><b id='y'/>", "<b/><b/>"],
        bad: &["<b id='x'/><b id=' x '/>", "<b id='1'/>"],
        not: Nobody,
    },
    Row {
        name: "references to IDs lead somewhere",
        schema: r#"<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b" maxOccurs="unbounded"><xs:complexType><xs:attribute name="id" type="xs:ID"/><xs:attribute name="to" type="xs:IDREFS"/></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>"#,
        good: &["<b to='y x'/><b id='x'/><b id='y'/>"],
        bad: &["<b to='y z'/><b id='y'/>"],
        not: NotXmllint,
    },
    Row {
        name: "white space of the base, tightened",
        schema: r#"<xs:simpleType name="W"><xs:restriction base="xs:string"><xs:whiteSpace value="collapse"/><xs:maxLength value="3"/></xs:restriction></xs:simpleType>
            <xs:simpleType name="N"><xs:restriction base="xs:normalizedString"><xs:pattern value="a b"/></xs:restriction></xs:simpleType>
            <xs:element name="a"><xs:complexType><xs:choice><xs:element name="w" type="t:W"/><xs:element name="n" type="t:N"/></xs:choice></xs:complexType></xs:element>"#,
        good: &["<w>   a  b   </w>", "<n>a\nb</n>", "<n>a\tb</n>"],
        bad: &["<w>a bc</w>", "<n> a b</n>", "<n>a  b</n>"],
        not: Nobody,
    },
    Row {
        name: "xml:lang is built in",
        schema: r#"<xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="http://www.w3.org/2001/xml.xsd"/>
            <xs:element name="a"><xs:complexType><xs:attribute ref="xml:lang"/></xs:complexType></xs:element>"#,
        good: &["<a xmlns='urn:t' xml:lang='sv'/>"],
        bad: &[
            "<a xmlns='urn:t' xml:lang='1'/>",
            "<a xmlns='urn:t' xml:base='x'/>",
        ],
        not: NotXmllint,
    },
    Row {
        name: "type of the whole, recursive",
        schema: r#"<xs:complexType name="N"><xs:sequence><xs:element name="n" type="t:N" minOccurs="0" maxOccurs="unbounded"/></xs:sequence><xs:attribute name="v" type="xs:byte"/></xs:complexType><xs:element name="a" type="t:N"/>"#,
        good: &["<n v='1'><n/><n v='-1'><n/></n></n>"],
        bad: &["<n v='1'><n/><n v='128'><n/></n></n>", "<n><n><m/></n></n>"],
        not: Nobody,
    },
    Row {
        name: "QNames have declared prefixes",
        schema: r#"<xs:element name="a" type="xs:QName"/>"#,
        good: &[
            "<a xmlns='urn:t' xmlns:p='urn:p'>p:x</a>",
            "<a xmlns='urn:t'>x</a>",
        ],
        bad: &[
            "<a xmlns='urn:t'>p:x</a>",
            "<a xmlns='urn:t' xmlns:p='urn:p'>p:</a>",
        ],
        not: Nobody,
    },
];

#[test]
fn constructs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("row.xsd");
    let mut wrong = Vec::new();
    for row in ROWS {
        let text = format!(
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">{}</xs:schema>"#,
            row.schema
        );
        fs::write(&path, text).unwrap();
        let whole = |text: &&str| match text.starts_with("<a ") || text.starts_with("<t:a ") {
            true => (*text).to_owned(),
            false => format!("<a xmlns='urn:t'>{text}</a>"),
        };
        let documents: Vec<_> = row.good.iter().chain(row.bad).map(whole).collect();
        let mut compare = |who: &str, verdicts: Vec<bool>| {
            for (number, (verdict, text)) in verdicts.into_iter().zip(&documents).enumerate() {
                if verdict != (number < row.good.len()) {
                    wrong.push(format!("{who} on {}: {verdict}: {text}", row.name));
                }
            }
        };
        match Schema::compile(&path) {
            Ok(schema) => {
                let takes = |text: &String| {
                    document::validate(&schema, text.as_bytes())
                        .unwrap()
                        .is_empty()
                };
                compare("we", documents.iter().map(takes).collect());
            }
            Err(error) => panic!("{}: {error}", row.name),
        }
        if row.not != NotXsdSchema {
            let oracle = XsdSchema::new(&path);
            compare(
                "xsd-schema",
                documents.iter().map(|text| oracle.takes(text)).collect(),
            );
        }
        if row.not != NotXmllint && has("xmllint") {
            let texts: Vec<_> = documents.iter().map(String::as_str).collect();
            compare("xmllint", oracle::xmllint(&path, &texts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
