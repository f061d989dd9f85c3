import { startBackend } from "./src/training/backend.ts"; import * as tf from "@tensorflow/tfjs"; 
await startBackend(); console.log(tf.getBackend());
