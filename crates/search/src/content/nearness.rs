//! How near to one another the texts of a query stand in a session.

use super::tally::bits;

/// How near the texts stand, as far as was read.
#[derive(Debug)]
pub(super) struct Nearness {
    /// How many texts must be there.
    texts: usize,
    /// Records of the file that is being read, by their offsets, with the texts in them.
    places: Vec<(u64, u32)>,
    /// The least distance between two records around which all texts stand, in bytes.
    pub(super) least: Option<u64>,
    /// Records in which all texts stand.
    pub(super) messages: u64,
}

impl Nearness {
    /// Nothing is known yet of so many texts.
    pub(super) fn of(texts: usize) -> Self {
        Self { texts, places: Vec::new(), least: None, messages: 0 }
    }

    /// Takes in a record in which some of the texts stand.
    pub(super) fn add(&mut self, record: u64, texts: u32) {
        match self.places.last_mut() {
            _ if self.texts < 2 => {}
            Some((last, known)) if *last == record => *known |= texts,
            _ => self.places.push((record, texts)),
        }
    }

    /// Works out what the records of a file tell.
    pub(super) fn end_file(&mut self) {
        let mut places = std::mem::take(&mut self.places);
        // records that are read again come after others
        places.sort_unstable();
        let all = bits(self.texts);
        let records = places.chunk_by(|one, next| one.0 == next.0);
        let whole = records.filter(|one| one.iter().fold(0, |texts, place| texts | place.1) == all);
        self.messages += whole.count() as u64;
        let mut last: Vec<Option<u64>> = vec![None; self.texts];
        for (record, texts) in places {
            for (bit, seen) in last.iter_mut().enumerate() {
                if texts & (1 << bit) != 0 {
                    *seen = Some(record);
                }
            }
            let first = last.iter().copied().min().flatten();
            let distance = first.map(|first| record - first);
            self.least = distance.into_iter().chain(self.least).min();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(places: &[(u64, u32)], expect: Option<u64>) {
        let mut nearness = Nearness::of(2);
        for (record, texts) in places {
            nearness.add(*record, *texts);
        }
        nearness.end_file();
        assert_eq!(nearness.least, expect, "{places:?}");
    }

    #[test]
    fn the_least_distance_between_all_texts_counts() {
        check(&[(0, 1), (50, 1)], None);
        check(&[(0, 1), (50, 2)], Some(50));
        check(&[(0, 1), (50, 2), (60, 1), (900, 2)], Some(10));
        check(&[(0, 1), (7, 1), (7, 2)], Some(0));
        check(&[(60, 1), (0, 2), (50, 2)], Some(10));
    }

    #[test]
    fn texts_in_different_files_are_not_near() {
        let mut nearness = Nearness::of(2);
        nearness.add(0, 1);
        nearness.end_file();
        nearness.add(0, 2);
        nearness.end_file();
        assert_eq!((nearness.least, nearness.messages), (None, 0));
    }

    #[test]
    fn a_message_with_all_texts_counts_once_in_whatever_order_it_is_read() {
        let mut nearness = Nearness::of(2);
        for (record, texts) in [(0, 1), (0, 2), (0, 1), (50, 1), (70, 3), (50, 2), (90, 2)] {
            nearness.add(record, texts);
        }
        nearness.end_file();
        assert_eq!((nearness.least, nearness.messages), (Some(0), 3));
    }
}
