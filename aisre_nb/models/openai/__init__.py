"""Any endpoint that speaks the chat completions of OpenAI: Ollama, vLLM, llama.cpp, LM Studio, gateways."""
