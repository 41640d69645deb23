//! What a font says of its codes.

/// A value for each code of two bytes that has one. Codes are glyph numbers: they lie close together.
#[derive(Clone, Debug)]
pub(super) struct ByCode<T>(Vec<Option<T>>);

impl<T> Default for ByCode<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByCode<T> {
    pub(super) fn get(&self, code: u16) -> Option<&T> {
        self.0.get(usize::from(code))?.as_ref()
    }

    pub(super) fn insert(&mut self, code: u16, value: T) {
        let at = usize::from(code);
        if at >= self.0.len() {
            self.0.resize_with(at + 1, || None);
        }
        self.0[at] = Some(value);
    }
}

impl<T> FromIterator<(u16, T)> for ByCode<T> {
    fn from_iter<I: IntoIterator<Item = (u16, T)>>(pairs: I) -> Self {
        let mut out = Self::default();
        pairs
            .into_iter()
            .for_each(|(code, value)| out.insert(code, value));
        out
    }
}
