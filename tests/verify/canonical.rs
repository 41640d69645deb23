//! Canonical XML: examples of the standard, and documents made by chance compared with what xmllint makes of them.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use lettermill::sign::c14n::{Blanks, Form, Name, Subset, canonical};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::common::{has, run_ok};

fn whole(form: Form, text: &str) -> String {
    let tree = roxmltree::Document::parse(text).unwrap();
    let subset = Subset {
        whole: true,
        ..Subset::of(tree.root_element())
    };
    String::from_utf8(canonical(form, &subset).unwrap()).unwrap()
}

/// Canonical XML 1.0 §3.1 to §3.4, without what needs a DTD.
#[test]
fn the_examples_of_the_standard() {
    let cases = [
        (
            "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n",
            "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!</doc>\n<?pi-without-data?>",
        ),
        (
            "<doc>\n   <clean>   </clean>\n   <mixed>\n      A\n      <clean>   </clean>\n   </mixed>\n</doc>",
            "<doc>\n   <clean>   </clean>\n   <mixed>\n      A\n      <clean>   </clean>\n   </mixed>\n</doc>",
        ),
        (
            "<doc><e1   /><e2   ></e2><e3   name = \"elem3\"   id=\"elem3\"   /><e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\" xmlns:b=\"http://www.ietf.org\" xmlns:a=\"http://www.w3.org\" xmlns=\"http://example.org\"/></doc>",
            "<doc><e1></e1><e2></e2><e3 id=\"elem3\" name=\"elem3\"></e3><e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5></doc>",
        ),
        (
            "<doc><text>First line&#x0d;&#10;Second line</text><value>&#x32;</value><compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute><compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute><norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/></doc>",
            "<doc><text>First line&#xD;\nSecond line</text><value>2</value><compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute><compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">valid</compute><norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm></doc>",
        ),
    ];
    let escaped = "<a xmlns=\"urn:a&amp;b\" b=\"&amp;&lt;>\"></a>";
    assert_eq!(whole(Form::Exclusive, escaped), escaped);
    for (text, expected) in cases {
        assert_eq!(whole(Form::Inclusive, text), expected);
        assert_eq!(whole(Form::Exclusive, text), expected);
    }
}

/// Exclusive XML Canonicalization 1.0 §2.2: the same element in two envelopes.
#[test]
fn exclusive_form_does_not_depend_on_what_is_around() {
    let alone = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>";
    let inside = alone.replace(" xmlns:n3", " xmlns:unused=\"urn:u\" xmlns:n3");
    let text = format!(
        "<n0:pdu xmlns:n0=\"http://a.example\" xmlns:n3=\"urn:3\" xml:space=\"preserve\">{inside}</n0:pdu>"
    );
    let tree = roxmltree::Document::parse(&text).unwrap();
    let subset = Subset::of(tree.root_element().first_element_child().unwrap());
    let written = |form| String::from_utf8(canonical(form, &subset).unwrap()).unwrap();
    assert_eq!(written(Form::Exclusive), alone);
    assert_eq!(
        written(Form::Inclusive),
        "<n1:elem2 xmlns:n0=\"http://a.example\" xmlns:n1=\"http://example.net\" xmlns:n3=\"urn:3\" xml:lang=\"en\" xml:space=\"preserve\"><n3:stuff xmlns:n3=\"ftp://example.org\" xmlns:unused=\"urn:u\"></n3:stuff></n1:elem2>"
    );
}

#[test]
fn the_form_of_the_channel_has_default_namespaces_alone() {
    let text = "<a:x xmlns:a='urn:a' xmlns:b='urn:b' xmlns:c='urn:c'><a:y/><b:z b:k='' c:l='' m=''><b:u/><v xmlns=''><w/></v><a:t/></b:z></a:x>";
    let tree = roxmltree::Document::parse(text).unwrap();
    let stripped = |subset: &Subset<'_, '_>| {
        String::from_utf8(canonical(Form::Stripped, subset).unwrap()).unwrap()
    };
    let subset = Subset::of(tree.root_element());
    assert_eq!(
        stripped(&subset),
        "<x xmlns=\"urn:a\"><y></y><z xmlns=\"urn:b\" xmlns:b=\"urn:b\" xmlns:c=\"urn:c\" m=\"\" b:k=\"\" c:l=\"\"><u></u><v xmlns=\"\"><w></w></v><t xmlns=\"urn:a\"></t></z></x>"
    );
    let named = Subset {
        named: Some(Name {
            namespace: "urn:b",
            local: "n",
        }),
        unqualified: "urn:b",
        without: tree.root_element().first_element_child(),
        ..subset
    };
    assert_eq!(
        stripped(&named),
        "<n xmlns=\"urn:b\"><z xmlns:b=\"urn:b\" xmlns:c=\"urn:c\" m=\"\" b:k=\"\" c:l=\"\"><u></u><v><w></w></v><t xmlns=\"urn:a\"></t></z></n>"
    );
}

#[test]
fn white_space_is_left_out_only_between_elements() {
    let text = "<a>\n <b> </b>\t<c> x </c><!-- --> <d>\n<![CDATA[ ]]></d></a>";
    let tree = roxmltree::Document::parse(text).unwrap();
    let subset = Subset {
        blanks: Blanks::LeftOut,
        ..Subset::of(tree.root_element())
    };
    let written = canonical(Form::Exclusive, &subset).unwrap();
    assert_eq!(written, b"<a><b> </b><c> x </c><d>\n </d></a>");
}

/// An element of a document that is made by chance, before it has names in scope.
#[derive(Clone, Debug)]
struct Made {
    prefix: usize,
    /// Prefix (0: the default) and namespace (0: none, for the default alone).
    declarations: Vec<(usize, usize)>,
    attributes: Vec<(usize, String)>,
    content: Vec<Content>,
}

#[derive(Clone, Debug)]
enum Content {
    Element(Made),
    Text(String),
    Cdata(String),
    Comment,
    Instruction(&'static str),
}

const PREFIXES: [&str; 5] = ["", "a", "b", "B", "c-1"];
/// Nothing that is escaped: libxml2 2.9 writes namespaces as they are, against Canonical XML 1.0 §2.3.
const NAMESPACES: [&str; 5] = ["", "urn:z", "urn:a-b", "http://example.com/%C3%B6", "urn:a"];
const INSTRUCTIONS: [&str; 3] = ["<?a?>", "<?b  c d ?>", "<?x-y <&>\"?>"];

fn texts() -> impl Strategy<Value = String> {
    let words = vec![
        "a",
        " ",
        "\n",
        "\t",
        "&amp;",
        "&lt;",
        ">",
        "\"",
        "'",
        "&#xD;",
        "&#9;",
        "&#10;",
        "å",
        "𝄞",
        "&#x1D11E;",
        "\n  ",
        "&quot;",
    ];
    proptest::collection::vec(proptest::sample::select(words), 1..6).prop_map(|w| w.concat())
}

fn elements() -> impl Strategy<Value = Made> {
    let element = |content: BoxedStrategy<Vec<Content>>| {
        let declarations =
            proptest::collection::vec((0..PREFIXES.len(), 0..NAMESPACES.len()), 0..3);
        let attributes = proptest::collection::vec((0..PREFIXES.len() + 1, texts()), 0..4);
        (0..PREFIXES.len(), declarations, attributes, content).prop_map(
            |(prefix, declarations, attributes, content)| Made {
                prefix,
                declarations,
                attributes,
                content,
            },
        )
    };
    element(Just(Vec::new()).boxed()).prop_recursive(5, 40, 5, move |inner| {
        let content = prop_oneof![
            4 => inner.prop_map(Content::Element),
            3 => texts().prop_map(Content::Text),
            1 => "[a-z <&>\n]{0,5}".prop_map(Content::Cdata),
            1 => Just(Content::Comment),
            1 => proptest::sample::select(INSTRUCTIONS.to_vec()).prop_map(Content::Instruction),
        ];
        element(proptest::collection::vec(content, 0..5).boxed())
    })
}

/// Writes it as a well-formed document: what is not in scope is declared, what is there twice is left out.
fn written(made: &Made, scope: &[(usize, usize)], out: &mut String) {
    let mut own: Vec<(usize, usize)> = Vec::new();
    for (prefix, namespace) in &made.declarations {
        let allowed = *prefix == 0 || *namespace != 0;
        if allowed && !own.iter().any(|(known, _)| known == prefix) {
            own.push((*prefix, *namespace));
        }
    }
    let in_scope = |own: &[(usize, usize)], prefix: usize| {
        let all = own.iter().chain(scope.iter().rev());
        all.clone()
            .find(|(known, _)| *known == prefix)
            .map(|(_, namespace)| *namespace)
    };
    let used = made.attributes.iter().map(|(prefix, _)| *prefix);
    for prefix in used.chain([made.prefix]) {
        if (1..PREFIXES.len()).contains(&prefix) && in_scope(&own, prefix).is_none() {
            own.push((prefix, 1));
        }
    }
    let name = match made.prefix {
        0 => "e".to_owned(),
        prefix => format!("{}:e", PREFIXES[prefix]),
    };
    write!(out, "<{name}").unwrap();
    let mut names: Vec<String> = Vec::new();
    for (at, (prefix, value)) in made.attributes.iter().enumerate() {
        let value = value.replace('"', "&quot;");
        let name = match PREFIXES.get(*prefix) {
            None => "xml:lang".to_owned(),
            Some(&"") => format!("k{}", 9 - at),
            Some(prefix) => format!("{prefix}:k{}", 9 - at), // One local name each: no two are the same.
        };
        if !names.contains(&name) {
            write!(out, " {name}=\"{value}\"").unwrap();
            names.push(name);
        }
    }
    for (prefix, namespace) in &own {
        let colon = if *prefix == 0 { "" } else { ":" };
        write!(
            out,
            "  xmlns{colon}{}='{}'",
            PREFIXES[*prefix], NAMESPACES[*namespace]
        )
        .unwrap();
    }
    out.push('>');
    let inner: Vec<_> = scope.iter().copied().chain(own.iter().copied()).collect();
    for content in &made.content {
        match content {
            Content::Element(inside) => written(inside, &inner, out),
            Content::Text(text) => out.push_str(text),
            Content::Cdata(text) => write!(out, "<![CDATA[{text}]]>").unwrap(),
            Content::Comment => out.push_str("<!-- c -->"),
            Content::Instruction(instruction) => out.push_str(instruction),
        }
    }
    write!(out, "</{name}>").unwrap();
}

/// Documents with every construct that a message can have, and more.
pub fn document() -> impl Strategy<Value = String> {
    let around = proptest::collection::vec(proptest::sample::select(INSTRUCTIONS.to_vec()), 0..3);
    (elements(), around.clone(), around).prop_map(|(made, before, behind)| {
        let mut out = before.join("\n ");
        written(&made, &[], &mut out);
        out.push_str(&behind.join(" "));
        out
    })
}

#[test]
fn documents_by_chance_are_written_as_xmllint_writes_them() {
    if !has("xmllint") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.xml");
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(150)
    });
    let result = runner.run(&document(), |text| {
        // xmllint writes comments, which the form without them has not.
        fs::write(&path, text.replace("<!-- c -->", "")).unwrap();
        for (form, flag) in [(Form::Inclusive, "--c14n"), (Form::Exclusive, "--exc-c14n")] {
            let theirs = run_ok(Command::new("xmllint").args(["--nonet", flag]).arg(&path));
            prop_assert_eq!(whole(form, &text), String::from_utf8(theirs).unwrap());
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn the_vectors_are_written_as_xmllint_writes_them() {
    if !has("xmllint") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.xml");
    let names = [
        "vectors/SealedDeliveryWithSignature.xml",
        "vectors/SignedDeliveryWithSignature.xml",
        "v1-2014/vectors/seal_out.xml",
        "v1-2014/vectors/signed.xml",
    ];
    for name in names {
        let Some(bytes) = crate::vectors::official(name) else {
            return;
        };
        fs::write(&path, &bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        for (form, flag) in [(Form::Inclusive, "--c14n"), (Form::Exclusive, "--exc-c14n")] {
            let theirs = run_ok(Command::new("xmllint").args(["--nonet", flag]).arg(&path));
            assert_eq!(
                whole(form, &text),
                String::from_utf8(theirs).unwrap(),
                "{name}"
            );
        }
    }
}
