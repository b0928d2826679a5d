/**
 * The public face of the kernel: hyper-parameters ({@link org.adamant.Adam}), the coefficients of one
 * step ({@link org.adamant.AdamStep}), the step itself ({@link org.adamant.AdamKernel}) on the arrays of a
 * slice ({@link org.adamant.AdamSlice}) or of a whole model ({@link org.adamant.AdamModel}), and an optimizer
 * with named parameters on top ({@link org.adamant.AdamOptimizer}). What a step does about gradients that are
 * not finite is a {@link org.adamant.NonFinite}, and which vectors it works with a {@link
 * org.adamant.LaneWidth}.
 *
 * <p>An example, the minimum of a sum of squares:
 *
 * {@snippet class="org.adamant.PackageExampleTest" region="example"}
 */
@NullMarked
package org.adamant;

import org.jspecify.annotations.NullMarked;
