//! What a file is, told by how it begins; what its sender says of it is not believed.

/// Pictures that browsers show and that run nothing.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Bytes that are enough to tell.
pub(crate) const ENOUGH: usize = 512;

/// Whether pages show it as a picture.
pub(crate) fn is_picture(media: &str) -> bool {
    PICTURES.contains(&media)
}

/// The media type of a file that begins so. Text is told only where there is nothing but text.
pub(crate) fn media(begins: &[u8]) -> &'static str {
    const SIGNS: [(&[u8], &str); 13] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07", "application/vnd.rar"),
        (b"\x1f\x8b", "application/gzip"),
        (b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
        (b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
        (b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
        (b"MZ", "application/vnd.microsoft.portable-executable"),
    ];
    let found = SIGNS.iter().find(|(sign, _)| begins.starts_with(sign));
    if let Some((_, media)) = found {
        return media;
    }
    if begins.starts_with(b"RIFF") && begins.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    match is_text(begins) {
        true => "text/plain",
        false => "application/octet-stream",
    }
}

fn is_text(begins: &[u8]) -> bool {
    let begins = begins.get(..ENOUGH).unwrap_or(begins);
    let text = match std::str::from_utf8(begins) {
        Ok(text) => text,
        // The end may be cut within a character.
        Err(error) if error.error_len().is_none() => {
            let good = begins.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(good).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.contains(|c: char| c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_begins_as() {
        for (begins, told) in [
            (&b"\x89PNG\r\n\x1a\n\0\0"[..], "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"GIF89a<script>", "image/gif"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
            (b"RIFF\0\0\0\0WAVE", "application/octet-stream"),
            (b"<svg xmlns=", "text/plain"),
            (b"<!doctype html>", "text/plain"),
            (b"%PDF-1.7", "application/pdf"),
            ("日本語".as_bytes(), "text/plain"),
            (b"\0\0", "application/octet-stream"),
            (b"\xff\xfe", "application/octet-stream"),
            (b"a\x1b[31m", "application/octet-stream"),
            (b"", "application/octet-stream"),
            (b"RIFF", "text/plain"),
        ] {
            assert_eq!(media(begins), told, "{begins:?}");
        }
        let long = "語".repeat(ENOUGH);
        assert_eq!(media(long.as_bytes()), "text/plain");
        assert!(is_picture("image/webp") && !is_picture("image/svg+xml"));
    }
}
