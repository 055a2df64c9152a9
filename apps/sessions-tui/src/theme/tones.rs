//! What the tones of charts look like.

use chart::{Paint, Row, Slot, Tone};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Theme;

impl Theme {
    /// The color of a series.
    pub fn slot(&self, slot: Slot) -> Style {
        let models = [
            self.model_1,
            self.model_2,
            self.model_3,
            self.model_4,
            self.model_5,
            self.model_6,
            self.model_7,
            self.model_8,
        ];
        models[slot.index()]
    }

    /// What a tone looks like.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Text | Tone::Value => self.text,
            Tone::Strong => self.strong,
            Tone::Dim | Tone::Before | Tone::Expected => self.dim,
            Tone::Axis | Tone::Other | Tone::Heat(0) => self.rule,
            Tone::Series(slot) => self.slot(slot),
            Tone::Average => self.average,
            Tone::Budget => self.budget,
            Tone::Cursor => self.accent,
            Tone::Heat(1) => self.heat_1,
            Tone::Heat(2) => self.heat_2,
            Tone::Heat(3) => self.heat_3,
            Tone::Heat(_) => self.heat_4,
        }
    }

    /// What a paint looks like: as a ground, a tone gives its color.
    pub fn paint(&self, paint: Paint) -> Style {
        let ink = self.tone(paint.tone);
        match paint.ground {
            None => ink,
            Some(Tone::Cursor) => ink.patch(self.selected),
            Some(ground) => Style { bg: self.tone(ground).fg, ..ink },
        }
    }

    /// A row of a picture for the screen.
    pub fn line(&self, row: &Row) -> Line<'static> {
        row.runs.iter().map(|run| Span::styled(run.text.clone(), self.paint(run.paint))).collect()
    }
}
