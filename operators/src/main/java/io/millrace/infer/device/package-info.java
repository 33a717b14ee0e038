/**
 * What models compute on: which device a subtask has, how ONNX Runtime is told of it, and in which
 * of its ways of computing the answers are exact.
 */
@NullMarked
package io.millrace.infer.device;

import org.jspecify.annotations.NullMarked;
