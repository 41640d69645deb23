//! Profiles of printing conditions that nobody prints by.

/// An ICC profile: its class, its colours, and tags besides those that all have.
pub fn profile(class: &[u8; 4], space: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let white = [0.9642_f64, 1.0, 0.8249].map(|n| ((n * 65_536.0) as i32).to_be_bytes());
    let white = [b"XYZ \0\0\0\0".as_slice(), &white.concat()].concat();
    let mut name = b"desc\0\0\0\0\0\0\0\x05Test\0".to_vec();
    name.extend([0; 78]);
    let mut all: Vec<(&[u8; 4], Vec<u8>)> = vec![
        (b"desc", name),
        (b"cprt", b"text\0\0\0\0Test\0".to_vec()),
        (b"wtpt", white.clone()),
    ];
    all.extend_from_slice(tags);
    let mut out = vec![0; 128];
    out[8] = 2;
    out[12..16].copy_from_slice(class);
    out[16..20].copy_from_slice(space);
    out[20..24].copy_from_slice(if space == b"CMYK" { b"Lab " } else { b"XYZ " });
    out[36..40].copy_from_slice(b"acsp");
    out[68..80].copy_from_slice(&white[8..]);
    out.extend((all.len() as u32).to_be_bytes());
    let mut at = out.len() + 12 * all.len();
    for (tag, bytes) in &all {
        out.extend_from_slice(*tag);
        out.extend((at as u32).to_be_bytes());
        out.extend((bytes.len() as u32).to_be_bytes());
        at += bytes.len().next_multiple_of(4);
    }
    for (_, bytes) in all {
        out.extend_from_slice(&bytes);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    let len = out.len() as u32;
    out[..4].copy_from_slice(&len.to_be_bytes());
    out
}

/// Black that darkens evenly.
pub fn grey() -> Vec<u8> {
    profile(
        b"prtr",
        b"GRAY",
        &[(b"kTRC", b"curv\0\0\0\0\0\0\0\x01\x02\0".to_vec())],
    )
}
