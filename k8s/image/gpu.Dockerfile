# The job's image for GPUs, as components/gpu runs it: image/Dockerfile with ONNX Runtime for CUDA in lib/ (see ../README.md, "GPUs")
# and with the CUDA libraries that it names. The driver's own come from the node.
FROM nvidia/cuda:12.9.1-cudnn-runtime-ubuntu22.04 AS cuda

FROM flink:2.2.1-java17

COPY --from=cuda /usr/local/cuda-12.9/targets/x86_64-linux/lib/ /usr/local/cuda/lib/
COPY --from=cuda /usr/lib/x86_64-linux-gnu/libcudnn*.so* /usr/local/cuda/lib/
# compute: libcuda; utility: nvidia-smi, by which Flink finds the GPUs
ENV LD_LIBRARY_PATH=/usr/local/cuda/lib NVIDIA_DRIVER_CAPABILITIES=compute,utility

RUN mkdir -p /opt/flink/plugins/s3-fs-hadoop \
    && cp /opt/flink/opt/flink-s3-fs-hadoop-2.2.1.jar /opt/flink/plugins/s3-fs-hadoop/

COPY lib/ /opt/flink/lib/
COPY models/ /opt/millrace/models/
COPY usrlib/millrace-jobs.jar /opt/flink/usrlib/millrace-jobs.jar

USER 9999:9999
