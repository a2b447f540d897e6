//! Small dense matrices, row by row.

/// A matrix as its rows.
pub type Matrix = Vec<Vec<f64>>;

fn at(a: &Matrix, i: usize, j: usize) -> f64 {
    a.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default()
}

fn put(a: &mut Matrix, i: usize, j: usize, x: f64) {
    if let Some(cell) = a.get_mut(i).and_then(|row| row.get_mut(j)) {
        *cell = x;
    }
}

/// The solution of `a x = b` by elimination with row pivoting; `None` where the matrix is singular or not square.
pub fn solve(a: &Matrix, b: &[f64]) -> Option<Vec<f64>> {
    let n = a.len();
    if b.len() != n || a.iter().any(|row| row.len() != n) {
        return None;
    }
    let scale = a.iter().flatten().fold(0.0_f64, |m, x| m.max(x.abs()));
    let mut rows: Matrix = a.iter().zip(b).map(|(row, b)| row.iter().copied().chain([*b]).collect()).collect();
    for column in 0..n {
        let pivot = (column..n).max_by(|i, j| at(&rows, *i, column).abs().total_cmp(&at(&rows, *j, column).abs()))?;
        if at(&rows, pivot, column).abs() <= 1e-13 * scale {
            return None;
        }
        rows.swap(column, pivot);
        let leading = rows.get(column)?.clone();
        let first = *leading.get(column)?;
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != column) {
            let factor = row.get(column).copied().unwrap_or_default() / first;
            row.iter_mut().zip(&leading).for_each(|(x, p)| *x -= factor * p);
        }
    }
    rows.iter().enumerate().map(|(i, row)| Some(row.get(n)? / row.get(i)?)).collect()
}

/// The product of a matrix and a column.
pub fn times(a: &Matrix, x: &[f64]) -> Vec<f64> {
    a.iter().map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum()).collect()
}

/// The matrix with rows and columns exchanged.
pub fn transposed(a: &Matrix) -> Matrix {
    let width = a.first().map_or(0, Vec::len);
    (0..width).map(|j| a.iter().filter_map(|row| row.get(j).copied()).collect()).collect()
}

/// The identity less `share` times a matrix.
pub fn identity_less(share: f64, a: &Matrix) -> Matrix {
    let entry = |i: usize, j: usize, x: f64| f64::from(u8::from(i == j)) - share * x;
    a.iter().enumerate().map(|(i, row)| row.iter().enumerate().map(|(j, x)| entry(i, j, *x)).collect()).collect()
}

/// Eigenvalues of a symmetric matrix, smallest first, by Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5).
pub fn eigenvalues(symmetric: &Matrix) -> Vec<f64> {
    let mut a = symmetric.clone();
    let n = a.len();
    let size: f64 = a.iter().flatten().map(|x| x * x).sum();
    for _ in 0..60 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| at(&a, i, j) * at(&a, i, j)).sum();
        if off <= 1e-28 * size {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                let apq = at(&a, p, q);
                if apq == 0.0 {
                    continue;
                }
                let theta = (at(&a, q, q) - at(&a, p, p)) / (2.0 * apq);
                let sign = if theta < 0.0 { -1.0 } else { 1.0 };
                let t = sign / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (at(&a, k, p), at(&a, k, q));
                    put(&mut a, k, p, c * x - s * y);
                    put(&mut a, k, q, s * x + c * y);
                }
                for k in 0..n {
                    let (x, y) = (at(&a, p, k), at(&a, q, k));
                    put(&mut a, p, k, c * x - s * y);
                    put(&mut a, q, k, s * x + c * y);
                }
            }
        }
    }
    let mut values: Vec<f64> = (0..n).map(|i| at(&a, i, i)).collect();
    values.sort_by(f64::total_cmp);
    values
}
