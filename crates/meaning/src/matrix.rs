//! The one sum that takes the time: every row of one matrix times every row of another. Rows lie whole beside each other
//! on both sides, so nothing is packed first: for the ten words of a question, packing took longer than the sum.

use pulp::{Arch, Simd, WithSimd};

/// Rows of one length, one after the other.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    numbers: &'a [f32],
    width: usize,
}

impl<'a> Rows<'a> {
    /// The rows of these numbers. What is left over behind the last whole row is no row.
    pub fn of(numbers: &'a [f32], width: usize) -> Rows<'a> {
        Rows { numbers, width }
    }

    /// How many.
    pub fn count(self) -> usize {
        self.numbers.len() / self.width.max(1)
    }

    fn row(self, at: usize) -> &'a [f32] {
        &self.numbers[at * self.width..(at + 1) * self.width]
    }
}

/// `products[l][r]` becomes row `l` of the left side times row `r` of the right side, times `scale`. Uses the widest
/// instructions that the machine has.
pub fn multiply(left: Rows<'_>, right: Rows<'_>, scale: f32, products: &mut [f32]) {
    debug_assert_eq!(left.width, right.width);
    debug_assert_eq!(products.len(), left.count() * right.count());
    Arch::new().dispatch(Multiply { left, right, scale, products });
}

/// So many rows of the left side are gone over before the next rows of the right side are fetched: they stay near the
/// processor meanwhile.
const LEFT_KEPT: usize = 32;

struct Multiply<'a> {
    left: Rows<'a>,
    right: Rows<'a>,
    scale: f32,
    products: &'a mut [f32],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Multiply { left, right, scale, products } = self;
        let across = right.count();
        let mut from = 0;
        while from < left.count() {
            let to = left.count().min(from + LEFT_KEPT);
            let few = to - from < 3;
            let mut column = 0;
            while column < across {
                let wide = if few { 4 } else { 2 };
                let wide = if column + wide <= across { wide } else { 1 };
                let mut row = from;
                while row < to {
                    let place = Place { left, right, row, column, scale, across };
                    row += match (to - row, wide) {
                        (4.., 2) => place.fill::<S, 4, 2>(simd, products),
                        (3, 2) => place.fill::<S, 3, 2>(simd, products),
                        (2.., 4) => place.fill::<S, 2, 4>(simd, products),
                        (_, 4) => place.fill::<S, 1, 4>(simd, products),
                        (2.., 2) => place.fill::<S, 2, 2>(simd, products),
                        (_, 2) => place.fill::<S, 1, 2>(simd, products),
                        (4.., _) => place.fill::<S, 4, 1>(simd, products),
                        _ => place.fill::<S, 1, 1>(simd, products),
                    };
                }
                column += wide;
            }
            from = to;
        }
    }
}

/// Where a small block of products begins.
#[derive(Clone, Copy)]
struct Place<'a> {
    left: Rows<'a>,
    right: Rows<'a>,
    row: usize,
    column: usize,
    scale: f32,
    across: usize,
}

impl Place<'_> {
    /// Fills a block of `DOWN` times `WIDE` products, which are summed side by side in the processor's own places, and
    /// says how far down that was.
    #[inline(always)]
    fn fill<S: Simd, const DOWN: usize, const WIDE: usize>(self, simd: S, products: &mut [f32]) -> usize {
        let left: [(&[S::f32s], &[f32]); DOWN] =
            std::array::from_fn(|d| S::as_simd_f32s(self.left.row(self.row + d)));
        let right: [(&[S::f32s], &[f32]); WIDE] =
            std::array::from_fn(|w| S::as_simd_f32s(self.right.row(self.column + w)));
        let steps = right[0].0.len();
        // Said once, so that nothing is checked at every step.
        let left_lanes: [&[S::f32s]; DOWN] = std::array::from_fn(|d| &left[d].0[..steps]);
        let right_lanes: [&[S::f32s]; WIDE] = std::array::from_fn(|w| &right[w].0[..steps]);
        let mut sums = [[simd.splat_f32s(0.0); WIDE]; DOWN];
        for step in 0..steps {
            for w in 0..WIDE {
                let lane = right_lanes[w][step];
                for d in 0..DOWN {
                    sums[d][w] = simd.mul_add_e_f32s(left_lanes[d][step], lane, sums[d][w]);
                }
            }
        }
        for (d, sums) in sums.iter().enumerate() {
            let begin = (self.row + d) * self.across + self.column;
            let products = &mut products[begin..begin + WIDE];
            for (w, (product, sum)) in products.iter_mut().zip(sums).enumerate() {
                let rest: f32 = left[d].1.iter().zip(right[w].1).map(|(a, b)| a * b).sum();
                *product = (simd.reduce_sum_f32s(*sum) + rest) * self.scale;
            }
        }
        DOWN
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_plain_sum_of_products_for_every_shape(
            down in 1usize..40, across in 1usize..12, width in 1usize..70, seed in 0u32..1000,
        ) {
            let number = |at: usize| ((at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) % 2003) as f32 / 1000.0 - 1.0;
            let left: Vec<f32> = (0..down * width).map(number).collect();
            let right: Vec<f32> = (0..across * width).map(|at| number(at + 77)).collect();
            let mut products = vec![f32::NAN; down * across];
            multiply(Rows::of(&left, width), Rows::of(&right, width), 0.5, &mut products);
            for (at, product) in products.iter().enumerate() {
                let (l, r) = (at / across, at % across);
                let plain: f32 = (0..width).map(|k| left[l * width + k] * right[r * width + k]).sum();
                prop_assert!((product - plain * 0.5).abs() < 1e-4);
            }
        }
    }
}
