//! As much of linear algebra as is needed. It runs for a minute once in a year, so it is plain.

#![allow(dead_code, reason = "each of the two programs that share it leaves out a part")]

/// A square matrix, row by row.
#[derive(Clone)]
pub struct Square {
    side: usize,
    numbers: Vec<f64>,
}

impl Square {
    /// All nought.
    pub fn nought(side: usize) -> Square {
        Square { side, numbers: vec![0.0; side * side] }
    }

    /// Adds every product of a number of the one with a number of the other.
    pub fn add_product(&mut self, down: &[f64], across: &[f64]) {
        for (row, down) in self.numbers.chunks_exact_mut(self.side).zip(down) {
            row.iter_mut().zip(across).for_each(|(number, across)| *number += down * across);
        }
    }

    pub fn add_to_diagonal(&mut self, more: f64) {
        self.numbers.iter_mut().step_by(self.side + 1).for_each(|number| *number += more);
    }

    pub fn mean_of_diagonal(&self) -> f64 {
        self.numbers.iter().step_by(self.side + 1).sum::<f64>() / self.side as f64
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.numbers[row * self.side..(row + 1) * self.side]
    }

    pub fn transposed(&self) -> Square {
        let mut other = Square::nought(self.side);
        for (at, number) in self.numbers.iter().enumerate() {
            other.numbers[(at % self.side) * self.side + at / self.side] = *number;
        }
        other
    }

    pub fn times(&self, right: &Square) -> Square {
        let across = right.transposed();
        let mut product = Square::nought(self.side);
        for (at, number) in product.numbers.iter_mut().enumerate() {
            *number = self::product(self.row(at / self.side), across.row(at % self.side));
        }
        product
    }

    pub fn times_column(&self, column: &[f64]) -> Vec<f64> {
        (0..self.side).map(|row| product(self.row(row), column)).collect()
    }

    /// The matrix that this one must be multiplied with to give `wanted`: Gauss, for a matrix whose own diagonal is
    /// always the best to divide by. `None` where there is none.
    pub fn solve(&self, wanted: &Square) -> Option<Square> {
        let (side, mut own, mut wanted) = (self.side, self.clone(), wanted.clone());
        for step in 0..side {
            let by = own.numbers[step * side + step];
            if by.abs() < 1e-12 {
                return None;
            }
            let (own_row, wanted_row) = (own.row(step).to_vec(), wanted.row(step).to_vec());
            for row in (0..side).filter(|row| *row != step) {
                let times = own.numbers[row * side + step] / by;
                for (matrix, from) in [(&mut own, &own_row), (&mut wanted, &wanted_row)] {
                    let row = &mut matrix.numbers[row * side..(row + 1) * side];
                    row.iter_mut().zip(from).for_each(|(number, from)| *number -= times * from);
                }
            }
        }
        for row in 0..side {
            let by = own.numbers[row * side + row];
            wanted.numbers[row * side..(row + 1) * side].iter_mut().for_each(|number| *number /= by);
        }
        Some(wanted)
    }

    /// The axes of a symmetrical matrix, that with the most to it first: Jacobi's turns until nothing is left beside the
    /// diagonal. Each axis points to where its largest number is above nought, so that two runs agree.
    pub fn axes(mut self) -> Vec<Vec<f64>> {
        let side = self.side;
        let mut turned = Square::nought(side);
        turned.add_to_diagonal(1.0);
        for _ in 0..60 {
            let beside: f64 = (0..side)
                .flat_map(|row| (0..row).map(move |column| (row, column)))
                .map(|(row, column)| self.numbers[row * side + column].powi(2))
                .sum();
            let all: f64 = self.numbers.iter().map(|number| number * number).sum();
            if beside <= all * 1e-22 {
                break;
            }
            for first in 0..side {
                for second in first + 1..side {
                    self.turn(first, second, &mut turned);
                }
            }
        }
        let mut order: Vec<usize> = (0..side).collect();
        order.sort_by(|a, b| self.numbers[b * side + b].total_cmp(&self.numbers[a * side + a]));
        order.into_iter().map(|axis| upright(turned.row(axis).to_vec())).collect()
    }

    /// One of Jacobi's turns, which makes the number at a crossing nought.
    fn turn(&mut self, first: usize, second: usize, turned: &mut Square) {
        let side = self.side;
        let crossing = self.numbers[first * side + second];
        if crossing == 0.0 {
            return;
        }
        let apart =
            (self.numbers[second * side + second] - self.numbers[first * side + first]) / (2.0 * crossing);
        let tangent = apart.signum() / (apart.abs() + (apart * apart + 1.0).sqrt());
        let cosine = (tangent * tangent + 1.0).sqrt().recip();
        let sine = tangent * cosine;
        for at in 0..side {
            let (a, b) = (self.numbers[at * side + first], self.numbers[at * side + second]);
            self.numbers[at * side + first] = cosine * a - sine * b;
            self.numbers[at * side + second] = sine * a + cosine * b;
        }
        for matrix in [self, turned] {
            for at in 0..side {
                let (a, b) = (matrix.numbers[first * side + at], matrix.numbers[second * side + at]);
                matrix.numbers[first * side + at] = cosine * a - sine * b;
                matrix.numbers[second * side + at] = sine * a + cosine * b;
            }
        }
    }
}

fn upright(mut axis: Vec<f64>) -> Vec<f64> {
    let largest = axis
        .iter()
        .copied()
        .fold(0f64, |largest, part| if part.abs() > largest.abs() { part } else { largest });
    if largest < 0.0 {
        axis.iter_mut().for_each(|part| *part = -*part);
    }
    axis
}

/// The sum of products.
pub fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The same direction with the length one; `None` when it has no direction.
pub fn unit(mut direction: Vec<f64>) -> Option<Vec<f64>> {
    let length = product(&direction, &direction).sqrt();
    direction.iter_mut().for_each(|part| *part /= length);
    (length > 1e-9).then_some(direction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_stand_square_to_each_other_and_the_longest_is_first() {
        let mut matrix = Square::nought(3);
        matrix.numbers = vec![4.0, 1.0, 0.5, 1.0, 3.0, -1.0, 0.5, -1.0, 6.0];
        let axes = matrix.clone().axes();
        let spread: Vec<f64> = axes.iter().map(|axis| product(&matrix.times_column(axis), axis)).collect();
        assert!(spread.is_sorted_by(|a, b| a >= b) && (spread.iter().sum::<f64>() - 13.0).abs() < 1e-9);
        for (a, axis) in axes.iter().enumerate() {
            for (b, other) in axes.iter().enumerate() {
                assert!((product(axis, other) - f64::from(u8::from(a == b))).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn solving_undoes_multiplying() {
        let mut matrix = Square::nought(2);
        matrix.numbers = vec![4.0, 1.0, 1.0, 3.0];
        let mut other = Square::nought(2);
        other.numbers = vec![1.0, 2.0, 3.0, 5.0];
        let solved = matrix.solve(&matrix.times(&other)).unwrap();
        assert!(solved.numbers.iter().zip(&other.numbers).all(|(a, b)| (a - b).abs() < 1e-9));
        assert!(Square::nought(2).solve(&other).is_none());
    }
}
