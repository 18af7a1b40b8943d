//! Names at the right ends of lines and areas, instead of a legend.

use super::canvas::{self, Color, HPos, Painted, Plot, Shape, Surface, WIDTH};

/// Height of a name.
const NAME: i32 = 16;

/// The name of a line, and its end.
pub(crate) struct Name<'a> {
    pub(crate) words: &'a str,
    pub(crate) at: (i32, i32),
    pub(crate) color: Color,
}

/// Names at the ends of lines. Those that would touch are moved apart and joined to their lines.
pub(crate) fn draw(plot: &Plot, names: &[Name]) -> Painted {
    let (_, top, right, bottom) = plot.edges;
    let mut order: Vec<&Name> = names.iter().collect();
    order.sort_by_key(|name| name.at.1);
    let places = spread(&order.iter().map(|name| name.at.1).collect::<Vec<i32>>(), NAME, (top, bottom));
    for (name, y) in order.iter().zip(places) {
        let elbow = right + 14;
        let joint = [name.at, (right, name.at.1), (elbow, y), (elbow + 4, y)];
        plot.canvas.draw(&Shape::path(joint, name.color.mix(0.6).stroke_width(1)))?;
        let words = canvas::fitted(name.words, 13, WIDTH - elbow - 12);
        canvas::text(plot.canvas, &words, (elbow + 8, y - 5), canvas::regular(13), name.color, HPos::Left)?;
    }
    Ok(())
}

/// Places in rising order that are at least `apart`, near the wanted ones and between two ends.
fn spread(wanted: &[i32], apart: i32, (first, last): (i32, i32)) -> Vec<i32> {
    let mut places = wanted.to_vec();
    let mut free = first;
    for place in &mut places {
        *place = (*place).max(free);
        free = *place + apart;
    }
    let mut free = last.max(first + apart * (wanted.len() as i32 - 1));
    for place in places.iter_mut().rev() {
        *place = (*place).min(free);
        free = *place - apart;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_touch_are_moved_apart() {
        assert_eq!(spread(&[10, 50, 90], 16, (0, 100)), [10, 50, 90]);
        assert_eq!(spread(&[10, 12, 90], 16, (0, 100)), [10, 26, 90]);
        assert_eq!(spread(&[95, 96, 97], 16, (0, 100)), [68, 84, 100]);
        assert_eq!(spread(&[5; 4], 16, (0, 20)), [0, 16, 32, 48]);
    }
}
